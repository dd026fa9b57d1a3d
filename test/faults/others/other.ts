import { held, standStill } from '../penstock-call.ts'
import type { Setting } from '../fault.ts'

/** Another client, by the same settings. */
export type Other = {
  readonly name: string
  readonly version: string
  /** Whether it has words for such a setting. */
  readonly can: (setting: Setting) => boolean
  readonly call: (setting: Setting) => Promise<Answered>
}

/** Its own message, or what it gave for an answer. */
export type Answered = { readonly message: string } | { readonly value: unknown }

/** One request, read as JSON; throws what the client throws. */
export type Send = (path: string, signal: AbortSignal | undefined, bounded: boolean) => Promise<unknown>

/** What happens before and around the call. A client that says nothing for three seconds has no message. */
export async function staged(setting: Setting, send: Send): Promise<Answered> {
  const { path = '/', warmUps = 0, holds, blocks, aborts, retries = 0 } = setting
  const controller = new AbortController()
  const call = () => send(path, aborts ? controller.signal : undefined, true)
  for (let made = 0; made < warmUps; made++) await call()
  await new Promise(setImmediate)
  if (holds !== undefined) await held(send(holds.path, undefined, false), holds.taken)
  const calling = repeated(call, retries)
  if (aborts) setTimeout(() => controller.abort(), 30)
  if (blocks !== undefined) setTimeout(() => standStill(blocks), 20)
  const told = calling.then(
    (value) => ({ value }),
    (error: unknown) => ({ message: messageOf(error) }),
  )
  const hung = new Promise<Answered>((resolve) => setTimeout(resolve, 3_000, { message: 'nothing: it hangs' }).unref())
  return Promise.race([told, hung])
}

async function repeated(call: () => Promise<unknown>, retries: number): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    if (retries === 0) throw error
    return repeated(call, retries - 1)
  }
}

/** Its message, its code, and those of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  const own = typeof code === 'string' && !error.message.includes(code) ? `${error.message} (${code})` : error.message
  const inner = error.cause instanceof Error ? messageOf(error.cause) : ''
  return inner === '' || inner === own ? own : `${own}: ${inner}`
}
