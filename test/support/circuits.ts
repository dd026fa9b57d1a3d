/** A breaker over a server that does as it is told. */
import { createRequire } from 'node:module'
import {
  type Call,
  client,
  type Failure,
  type Middleware,
  pipeline,
  type Request,
  type Transport,
  type Verdict,
  verdicts,
} from '@penstock/core'
import { scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { circuitBreaker, type CircuitBreakerOptions, status } from '@penstock/middleware'
import { verdict } from './verdict.ts'

export const Opossum = createRequire(import.meta.url)('opossum') as typeof import('opossum')

/** All but `unknown`, which the layer inside turns into another. */
export const given = (Object.keys(verdicts) as Verdict[]).filter((name) => name !== 'unknown')
export const well = verdict('ok')
export const badly = verdict('server')
export const origin = 'https://api.example.com'

/** A breaker over a server that does what `server.does` says. Chance stands at its highest: nothing off the open time. */
export function over(options: CircuitBreakerOptions<any> = {}, chance = 1) {
  const clock = virtualClock()
  const server: { does: Step; trips: number } = { does: well, trips: 0 }
  const transport: Transport = {
    ...scriptedTransport((call) => (server.trips++, server.does(call))),
  }
  const breaker = circuitBreaker(options)
  let latest: Call<any> | undefined
  const keep: Middleware = (call, next) => next((latest = call))
  const http = client({
    pipeline: pipeline([keep, breaker, status()] as never, transport),
    origin,
    clock,
    chance: () => chance,
  })
  const begin = (does: Step, request: Partial<Request> = {}) => {
    server.does = does
    return http.outcome({ path: '/', ...request })
  }
  /** One call after another: what came of each. */
  async function each(...steps: readonly Step[]) {
    const codes: string[] = []
    for (const step of steps) {
      const { failed, verdict, ...rest } = await begin(step)
      codes.push(failed ? (rest as unknown as Failure).code : verdict)
    }
    return codes
  }
  const notes = () =>
    (latest!.ledger.notes ?? []).map(({ kind, layer, facts }) => ({
      id: kind.id,
      ...facts,
      ...(layer !== kind.layer && { layer }),
    }))
  return {
    latest: () => latest!,
    breaker,
    http,
    clock,
    server,
    begin,
    each,
    notes,
    state: (key: string = origin) => breaker.state(key),
  }
}

export const times = (count: number, step: Step) => Array.from({ length: count }, () => step)
