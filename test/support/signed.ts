/** Signed calls against a script. */
import { type Clock, client, pipeline, type Request } from '@penstock/core'
import { scriptedTransport, seeded, type Step, virtualClock } from '@penstock/core/testing'
import { type RequestToSign, retry, sign, type SignOptions, status } from '@penstock/middleware'

export const start = Date.UTC(2026, 0, 1)
export type Given = Omit<SignOptions<'tc3'>, 'sign'> & { readonly sign?: SignOptions['sign'] }

export function set(given: Given, ...steps: readonly [Step, ...Step[]]) {
  const virtual = virtualClock(start)
  let jump = 0
  const clock: Clock = Object.assign(Object.create(virtual), { date: () => virtual.date() + jump })
  const seen: RequestToSign[] = []
  const options: SignOptions<'tc3'> = {
    ...given,
    sign(request) {
      seen.push(request)
      return given.sign?.(request) ?? { headers: { 'x-signature': 'canary' } }
    },
  }
  const transport = scriptedTransport(...steps)
  const stack = pipeline([retry({ delay: 1, retries: 1 }), sign(options), status()], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: seeded(1) })
  const outcome = (request: Partial<Request> = {}) => http.outcome({ path: '/a', method: 'POST', ...request })
  return { clock: virtual, http, outcome, seen, transport, jump: (by: number) => (jump += by), stack }
}

export async function* twoPieces() {
  yield Buffer.from('one ')
  yield Buffer.from('two')
}
