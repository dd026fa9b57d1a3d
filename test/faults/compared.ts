import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import type { Fault, Setting } from './fault.ts'
import type { Answered, Other } from './others/other.ts'
import { penstockCall } from './penstock-call.ts'

export type Told = {
  /** In its own words; undefined where the fault does not reach it: it has nothing that could go wrong so, or got the right answer. */
  readonly message: string | undefined
  readonly named: boolean
  /** It names the change too, and the change mends the call. */
  readonly mended: boolean
}

/** One client's word on one fault, by the rule that ours is judged by. */
export async function told(client: Other, { ours, named, mends, arrange }: Fault): Promise<Told> {
  await using scene = await arrange()
  const unable = ours === true && !client.name.startsWith('Penstock')
  if (unable || !client.can(scene.faulty)) return { message: undefined, named: false, mended: false }
  const answered = await client.call(scene.faulty)
  if (isRight(answered)) return { message: undefined, named: false, mended: false }
  const message = 'message' in answered ? answered.message : 'nothing: it takes what came for the answer'
  const isNamed = named.test(message)
  if (!isNamed || !mends.test(message)) return { message, named: isNamed, mended: false }
  return { message, named: true, mended: 'value' in (await client.call(await scene.cured())) }
}

/** As JSON, or the text of it. */
function isRight(answered: Answered): boolean {
  if ('message' in answered) return false
  const { value } = answered
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replaceAll(/\s/g, '')
  return text === '{"ok":true}' || text === '[]'
}

/** Ours in the shape of the others. */
export const penstockOthers: readonly Other[] = [
  ['Penstock on got', gotTransport] as const,
  ['Penstock on undici', undiciTransport] as const,
].map(([name, make]) => ({
  name,
  version: '',
  can: () => true,
  async call(setting: Setting) {
    const { error, conclusion } = await penstockCall(make, setting)
    if (error === undefined) return { value: undefined }
    return { message: conclusion === undefined ? 'nothing' : `${conclusion.en} → ${conclusion.fix.en}` }
  },
}))
