import { Budget } from './budget.ts'
import { Call } from './call.ts'
import { type Headers, noHeaders } from './headers.ts'
import { prepared } from './prepared.ts'
import { Ledger, type Level } from './recorder/ledger.ts'
import type { Request } from './request.ts'
import type { Runtime } from './runtime.ts'

/** What a new call is born into. */
export type Birthplace = {
  readonly origin: string
  /** Path that all calls stand below. @default none */
  readonly path?: string
  /** Sent unless the request has its own. @default none */
  readonly headers?: Headers
  readonly runtime: Runtime
  readonly level: Level
  /** Attempts it may make, of all layers together. */
  readonly attempts: number
}

/** A call with a ledger and a budget of its own. @throws InputError `REQUEST_INVALID` */
export function birth(request: Request, place: Birthplace): Call {
  const { origin, path = '', headers = noHeaders, runtime, level, attempts } = place
  const { method, url, secretQuery, ...rest } = prepared(request, { origin, path }, headers, runtime.chance)
  const ledger = new Ledger({
    level: request.diagnose ?? level,
    runtime,
    budget: new Budget(attempts),
    method,
    url: url.origin + url.path.split('?', 1)[0],
    endpoint: request.endpoint?.id,
  })
  for (const { kind, facts } of request.notes ?? []) ledger.note(kind, 1, facts)
  return new Call({ method, origin: url.origin, path: url.path, secretQuery, ...rest, ledger })
}
