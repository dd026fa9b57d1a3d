/** Calls with retries against a script. */
import { type Call, client, type Middleware, pipeline, type Request, type Transport } from '@penstock/core'
import { breaks, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { retry, type RetryOptions, status } from '@penstock/middleware'

export const reset = breaks('CONNECTION_RESET')
export const refusedConnection = breaks('CONNECTION_REFUSED', { phase: 'connect', sent: 'none' })
export const ok = replies(200, {}, 'there')

/** One call after another against a script, with chance standing at a half. */
export function against(transport: Transport, options: RetryOptions<any> = {}, outer: readonly Middleware[] = []) {
  const clock = virtualClock()
  const stack = pipeline([...outer, retry(options), status()] as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
  async function outcome(request: Partial<Request> = {}) {
    const done = http.outcome({ path: '/', ...request })
    await Promise.allSettled([done, clock.drain()])
    return done
  }
  return { http, clock, stack, outcome }
}

/** What one call did: its decisions in order, and the attempt number of each trip. */
export async function story(
  steps: readonly [Step, ...Step[]],
  options: RetryOptions<any> = {},
  request: Partial<Request> = {},
) {
  const transport = scriptedTransport(...steps)
  let call: Call<any> | undefined
  const keep: Middleware = (given, next) => next((call = given))
  const { outcome, clock } = against(transport, options, [keep])
  const result = await outcome(request)
  return {
    notes: notesOf(call!),
    attempts: transport.calls.map(({ attempt }) => attempt),
    verdict: result.verdict,
    timers: clock.timers,
  }
}

export const notesOf = ({ ledger }: Pick<Call<any>, 'ledger'>) =>
  (ledger.notes ?? []).map(({ kind, attempt, facts }) => ({ id: kind.id, attempt, ...facts }))
