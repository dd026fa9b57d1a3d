import { Budget } from './budget.ts'
import { Call } from './call.ts'
import { noContext } from './call-fields.ts'
import type { Headers } from './headers.ts'
import { prepared } from './prepared.ts'
import { askedFor } from './recorder/asked.ts'
import { Ledger, type Level } from './recorder/ledger.ts'
import type { Request } from './request.ts'
import type { Runtime } from './runtime.ts'
import { plainWire } from './wire-options.ts'

/** What a new call is born into. */
export type Birthplace = {
  readonly origin: string
  /** Path that all calls stand below. @default none */
  readonly path?: string
  /** Sent unless the request has its own. Names in lower case. @default none */
  readonly headers?: Headers
  readonly runtime: Runtime
  readonly level: Level
  /** Attempts it may make, of all layers together. */
  readonly attempts: number
}

/** A call with a ledger of its own, and a budget too unless it has a parent. @throws InputError `REQUEST_INVALID` */
export function birth(request: Request, place: Birthplace): Call {
  const { runtime, level, attempts } = place
  const { parent, notes } = request
  const { method, address, headers, body, repeatable } = prepared(request, place)
  const { origin, path, secretQuery } = address
  const ledger = new Ledger({
    level: request.diagnose ?? level,
    runtime,
    budget: parent?.budget ?? new Budget(attempts),
    method,
    origin,
    path,
    endpoint: request.endpoint?.id,
  })
  ledger.asked = askedFor(repeatable, body.kind, request.stream === true, request.layers)
  parent?.ledger.adopt(ledger)
  if (notes !== undefined) for (const { kind, facts } of notes) ledger.note(kind, 1, facts)
  return Call.of({
    method,
    origin,
    path,
    secretQuery,
    headers,
    body,
    signal: parent?.signal === undefined ? request.signal : eitherSignal(parent.signal, request.signal),
    // the two may have clocks of their own
    deadlineAt: parent === undefined ? Infinity : runtime.clock.now() + parent.remaining(),
    bound: parent?.bound,
    attempt: 1,
    repeatable,
    wire: plainWire,
    context: noContext,
    options: request,
    ledger,
  })
}

const eitherSignal = (outer: AbortSignal, own: AbortSignal | undefined) =>
  own === undefined ? outer : AbortSignal.any([outer, own])
