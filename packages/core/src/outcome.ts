import { notThenable } from './not-thenable.ts'
import type { Reply } from './reply.ts'
import type { Bilingual } from './verdict-table.ts'
import type { Verdict } from './verdict.ts'

/**
 * What came of sending a call. Inside a pipeline nothing expected is thrown: a handler resolves to an outcome, and its
 * `verdict` is there whether an answer came or not. Only bugs are thrown, and no layer catches those.
 */
export type Outcome = Reply | Failure

/** False for what a layer without a compiler may give in place of one: nothing, or another library's response. */
export function isOutcome(value: unknown): value is Outcome {
  return (
    typeof value === 'object' &&
    value !== null &&
    'failed' in value &&
    (value.failed === true ? 'because' : 'judgement') in value
  )
}

/** What comes when its call is over is nobody's any more: its body would stay open. */
export function letGo(late: unknown): void {
  if (isOutcome(late) && !late.failed) late.body.discard()
}

/** How far a call had come. `local` never left this process. */
export type Phase = 'local' | 'dns' | 'connect' | 'tls' | 'send' | 'wait' | 'receive'

/** How much of the request the peer may have seen. `none` makes another try safe whatever the method. */
export type Sent = 'none' | 'headers' | 'part' | 'all' | 'unknown'

export type FailureFacts = {
  /** @default 'local' */
  readonly phase?: Phase
  /** @default 'none' */
  readonly sent?: Sent
  readonly reusedSocket?: boolean | undefined
  /** The peer said that it has not looked at the request (GOAWAY). @default false */
  readonly peerRefused?: boolean
  /** Milliseconds after which another try makes sense. */
  readonly retryAfter?: number | undefined
  /** The caller's own `signal.reason`, kept as it came. Never a library's error: those carry tokens. */
  readonly reason?: unknown
  /** What to do, where more is known than the code's own advice says. */
  readonly hint?: Bilingual | undefined
}

/** No answer, and the facts of it. A value and not an Error: no stack is captured until a caller has to see one. */
export class Failure {
  static {
    notThenable(this)
  }

  readonly failed = true
  readonly verdict: Verdict
  /** Stable, upper case: `CONNECTION_RESET`, `CALL_DEADLINE`, `CIRCUIT_OPEN`. Listed in `codes.ts`. */
  readonly code: string
  /** Who says so: the name of a layer or of a transport. */
  readonly layer: string
  /** One sentence, with the numbers. Holds no secret. */
  readonly because: string
  readonly phase: Phase
  readonly sent: Sent
  readonly reusedSocket: boolean | undefined
  readonly peerRefused: boolean
  readonly retryAfter: number | undefined
  readonly reason: unknown
  readonly hint: Bilingual | undefined

  constructor(verdict: Verdict, code: string, layer: string, because: string, facts: FailureFacts = {}) {
    this.verdict = verdict
    this.code = code
    this.layer = layer
    this.because = because
    this.phase = facts.phase ?? 'local'
    this.sent = facts.sent ?? 'none'
    this.reusedSocket = facts.reusedSocket
    this.peerRefused = facts.peerRefused ?? false
    this.retryAfter = facts.retryAfter
    this.reason = facts.reason
    this.hint = facts.hint
  }

  /** The same failure, found further on: a cut knows why, the transport knows where. */
  at(phase: Phase, sent: Sent, reusedSocket?: boolean): Failure {
    const { verdict, code, layer, because } = this
    return new Failure(verdict, code, layer, because, { ...this, phase, sent, reusedSocket })
  }
}

/** A local no, said before anything was sent. */
export function refused(code: string, layer: string, because: string, retryAfter?: number): Failure {
  return new Failure('refused', code, layer, because, { retryAfter })
}
