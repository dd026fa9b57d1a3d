import type { Client, Outcome, Stackable } from '@penstock/core'
import { adaptiveConcurrency, bulkhead, circuitBreaker, rateLimit, retry, status, token } from '@penstock/middleware'

/** A place where a call can be when its caller goes. The server answers `/ok` and `/busy` (503), and never `/hangs`. */
export type AbortState = {
  readonly name: string
  readonly layers: () => readonly Stackable[]
  /** What the call asks for. */
  readonly path: '/ok' | '/busy' | '/hangs'
  /** What must have happened before. @param pass lets time go by @param done ends the calls that were left hanging */
  readonly before?: (http: Client, pass: (milliseconds: number) => Promise<void>, done: AbortSignal) => Promise<void>
  /** What the ledger of the aborted call says. */
  readonly notes: readonly string[]
  /** Code and phase of every trip it made. */
  readonly trips: readonly string[]
}

const begun = (http: Client, path: string, signal?: AbortSignal): Promise<Outcome> =>
  http.outcome({ path, ...(signal && { signal }) })

const hour = 3_600_000

/** The six states of the contract, and the other queue there is. Nothing but an abort ends any of them within the hour. */
export const abortStates: readonly AbortState[] = [
  {
    name: 'back-off',
    layers: () => [retry({ delay: hour, maxDelay: hour, budget: Infinity }), status()],
    path: '/busy',
    notes: ['retry.waits'],
    trips: ['503'],
  },
  {
    name: 'limiter queue',
    layers: () => [rateLimit({ limit: 1, window: hour, key: () => 'one' }), status()],
    path: '/ok',
    async before(http) {
      await begun(http, '/ok')
    },
    notes: ['rateLimit.waits'],
    trips: [],
  },
  {
    name: 'bulkhead queue',
    layers: () => [bulkhead({ limit: 1 }), status()],
    path: '/ok',
    async before(http, _, done) {
      void begun(http, '/hangs', done)
    },
    notes: ['bulkhead.waits'],
    trips: [],
  },
  {
    name: 'queue of adaptiveConcurrency',
    layers: () => [adaptiveConcurrency({ limit: 1, maxLimit: 1 }), status()],
    path: '/ok',
    async before(http, _, done) {
      void begun(http, '/hangs', done)
    },
    notes: ['adaptiveConcurrency.waits'],
    trips: [],
  },
  {
    name: 'wait for a token',
    layers: () => [token({ source: () => new Promise(() => {}), after: hour }), status()],
    path: '/ok',
    notes: [],
    trips: [],
  },
  {
    name: 'probe of a half-open circuit',
    layers: () => [circuitBreaker({ volume: 2, latest: 10, openFor: 20, probes: 1, probeLease: hour }), status()],
    path: '/hangs',
    async before(http, pass) {
      await begun(http, '/busy')
      await begun(http, '/busy')
      await pass(40)
    },
    notes: ['circuitBreaker.probes'],
    trips: ['CANCELLED wait'],
  },
  { name: 'in flight', layers: () => [status()], path: '/hangs', notes: [], trips: ['CANCELLED wait'] },
]
