import { Budget } from './budget.ts'
import { Call } from './call.ts'
import { type Headers, noHeaders } from './headers.ts'
import { prepared } from './prepared.ts'
import { Ledger, type Level } from './recorder/ledger.ts'
import type { Request } from './request.ts'
import type { Runtime } from './runtime.ts'
import { plainWire } from './wire-options.ts'

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
  const { runtime, level, attempts } = place
  const base = { origin: place.origin, path: place.path ?? '' }
  const { method, origin, path, secretQuery, headers, body, repeatable } = prepared(
    request,
    base,
    place.headers ?? noHeaders,
    runtime.chance,
  )
  const ledger = new Ledger({
    level: request.diagnose ?? level,
    runtime,
    budget: new Budget(attempts),
    method,
    url: origin + path.split('?', 1)[0],
    endpoint: request.endpoint?.id,
  })
  for (const { kind, facts } of request.notes ?? []) ledger.note(kind, 1, facts)
  return new Call({
    method,
    origin,
    path,
    secretQuery,
    headers,
    body,
    signal: request.signal,
    deadlineAt: Infinity,
    bound: undefined,
    attempt: 1,
    repeatable,
    wire: plainWire,
    context: noContext,
    options: request,
    ledger,
  })
}

const noContext = Object.freeze({})
