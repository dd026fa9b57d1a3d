import type { Call, Outcome } from '@penstock/core'

/** What a log is told of a call or an attempt. No header, query or body is ever in it. */
export type LogRecord = {
  readonly id: number
  readonly method: string
  /** Without the query. */
  readonly url: string
  readonly endpoint?: string
  /** Of an attempt, from 1. */
  readonly attempt?: number
  readonly verdict?: string
  readonly status?: number
  /** Of what went wrong. */
  readonly code?: string
  /** Passes inside the repeaters, and requests handed to the transport. */
  readonly attempts?: number
  readonly requests?: number
  readonly milliseconds?: number
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number
}

type Draft = { -readonly [Key in keyof LogRecord]: LogRecord[Key] }

export function begun({ id, method, ledger: { url, endpoint } }: Call<any>): Draft {
  const record: Draft = { id, method, url }
  if (endpoint !== undefined) record.endpoint = endpoint
  return record
}

export function ended(call: Call<any>, outcome: Outcome, from: number): LogRecord {
  const { id, method, ledger } = call
  const { url, endpoint, attempts, requests } = ledger
  const { verdict, retryAfter } = outcome
  const milliseconds = call.now() - from
  // what goes well is told in one piece, which costs a third
  if (verdict === 'ok' && endpoint === undefined && !outcome.failed)
    return { id, method, url, verdict, status: outcome.status, attempts, requests, milliseconds }
  return {
    ...begun(call),
    verdict,
    ...(!outcome.failed && { status: outcome.status }),
    ...(verdict !== 'ok' && verdict !== 'unknown' && { code: outcome.code }),
    attempts,
    requests,
    milliseconds,
    ...(retryAfter !== undefined && { retryAfter }),
  }
}
