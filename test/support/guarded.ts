import { bytesBody, client, type Middleware, pipeline, Reply, type Request, type Verdict } from '@penstock/core'
import { type Step, virtualClock } from '@penstock/core/testing'
import { circuitBreaker, type CircuitBreakerOptions, status } from '@penstock/middleware'

export const judgedAs =
  (verdict: Verdict): Step =>
  () =>
    new Reply(200, {}, bytesBody(Buffer.from('{}'))).judged({ verdict })
export const well = judgedAs('ok')
export const badly = judgedAs('server')

const origin = 'https://api.example.com'

type Inside = { readonly inner?: readonly unknown[]; readonly outer?: readonly unknown[] }

/** A breaker over a server that does to each call what that call says. Chance stands at its highest: nothing off a wait. */
export function guarded(options: CircuitBreakerOptions<any> = {}, { inner = [], outer = [] }: Inside = {}) {
  const clock = virtualClock()
  const breaker = circuitBreaker(options)
  const does = new Map<string, Step>()
  const server = { trips: 0, running: 0, most: 0 }
  const transport = {
    name: 'server',
    close: async () => {},
    async send(call: Parameters<Middleware>[0]) {
      server.trips++
      server.most = Math.max(server.most, ++server.running)
      try {
        return await does.get(call.url)!(call)
      } finally {
        server.running--
      }
    },
  }
  const layers = [...outer, breaker, ...inner, status()]
  const http = client({
    pipeline: pipeline(layers as never, transport),
    origin,
    clock,
    chance: () => 1,
  })

  function begin(step: Step, request: Partial<Request> = {}) {
    const { path = `/${does.size}` } = request
    does.set(new URL(path, origin).href, step)
    return http.outcome({ ...request, path })
  }

  /** One call after another: the code or verdict of each. */
  async function each(...steps: readonly Step[]) {
    const codes: string[] = []
    for (const step of steps) {
      const outcome = await begin(step)
      codes.push(outcome.failed ? outcome.code : outcome.verdict)
    }
    return codes
  }

  return { clock, breaker, server, http, begin, each, state: () => breaker.state(origin) }
}

/** A breaker that has opened after one failure too many, and is half-open now. */
export async function halfOpen(options: CircuitBreakerOptions<any> = {}, inside: Inside = {}) {
  const made = guarded({ volume: 2, openFor: 1000, ...options }, inside)
  await made.each(badly, badly)
  await made.clock.advance(1000)
  return made
}
