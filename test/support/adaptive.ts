/** The layer over a server that does as it is told. */
import { type Call, client, type Middleware, pipeline, type Request } from '@penstock/core'
import { later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { adaptiveConcurrency, type AdaptiveConcurrencyOptions, deadline, status, timeout } from '@penstock/middleware'

const origin = 'https://api.example.com'
export const well = later(100, replies(200))
type Setting = { readonly after?: number; readonly attempt?: number; readonly inside?: readonly Middleware[] }

/** The layer over a server that does what `server.does` says. */
export function over(options: AdaptiveConcurrencyOptions<any> = {}, setting: Setting = {}) {
  const { after = 10_000, attempt = after, inside = [] } = setting
  const clock = virtualClock()
  const server: { does: Step } = { does: well }
  const calls: Call<any>[] = []
  const paths: string[] = []
  const keep: Middleware = (call, next) => (calls.push(call), next(call))
  const transport = scriptedTransport((call) => (paths.push(call.path), server.does(call)))
  const adaptive = adaptiveConcurrency(options)
  const stack = [keep, deadline({ after }), adaptive, timeout({ after: attempt }), ...inside, status()] as never
  const http = client({ pipeline: pipeline(stack, transport), origin, clock })
  /** So many at once, until they are answered. */
  const burst = async (count: number, milliseconds = 100) => {
    const done = Promise.all(Array.from({ length: count }, () => http.outcome({ path: '/' })))
    await clock.advance(milliseconds)
    await done
    return adaptive.state(origin).limit
  }
  return {
    adaptive,
    burst,
    calls,
    clock,
    http,
    paths,
    server,
    begin: (path = '/', request: Partial<Request> = {}) => http.outcome({ ...request, path }),
    notes: (index: number) =>
      (calls.at(index)!.ledger.notes ?? []).map(({ kind, facts, layer }) => [kind.id, facts, layer]),
    state: () => adaptive.state(origin),
  }
}
