/** Calls through rateLimit that note when they reach the transport, by a clock that stands still until told. */
import { client, ledgerOf, type Middleware, pipeline, type Request } from '@penstock/core'
import { replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { rateLimit, type RateLimitOptions, status } from '@penstock/middleware'

export function pacedCalls(
  options: RateLimitOptions<any> = { limit: 5 },
  steps: readonly [Step, ...Step[]] = [replies(200)],
  outer: readonly unknown[] = [],
) {
  const clock = virtualClock()
  const at: number[] = []
  const paths: string[] = []
  const script = scriptedTransport(...steps)
  const transport = {
    ...script,
    send(call: Parameters<typeof script.send>[0]) {
      at.push(clock.now())
      paths.push(call.path)
      return script.send(call)
    },
  }
  const stack = pipeline([...outer, rateLimit(options), status()] as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
  const send = (request: Partial<Request> = {}) => http.outcome({ path: '/', ...request })
  return { clock, at, paths, http, send, stack, calls: script.calls }
}

export const times = <Value>(count: number, make: (index: number) => Value) =>
  Array.from({ length: count }, (_, at) => make(at))
export const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts]) ?? []
export const within =
  (after: number): Middleware =>
  (call, next) =>
    next(call.within({ after, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))
