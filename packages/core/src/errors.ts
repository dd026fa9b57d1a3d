/**
 * What is thrown to the caller, and nowhere inside a pipeline.
 *
 * - PenstockError     code, kind, hint; safe to print, inspect and serialise as it is
 *   - CallError       a call failed: made at the client's edge, once, from a failed outcome; has the ledger
 *   - PollError       a task that poll() followed did not come to its end; has the id
 *   - InputError      what was handed in cannot be sent; nothing was
 *     - FlightFileError  a file of recorded calls cannot be read; has the line
 *     - ReplayDifference  a call that is replayed decides otherwise; has what differs
 *   - ConfigError     something was put together wrongly
 *   - SecretFoundError  a file was not written, for a secret stands in it
 *
 * A call that its caller aborted rejects with the caller's own `signal.reason`, untouched; {@link ledgerOf} and `explain`
 * know it all the same. Shared code asks for `code`, `kind` and `verdict`, never for a class.
 */
import { type Kind, codeEntry } from './codes.ts'
import type { Bilingual } from './verdict-table.ts'

const brand = Symbol.for('penstock.error')

export type ErrorFacts = {
  readonly kind?: Kind
  /** What to do. */
  readonly hint?: Bilingual
  /** The same message in Chinese. */
  readonly zh?: string
  readonly cause?: unknown
}

export class PenstockError extends Error {
  /** Upper case and stable: match on this, never on the message. */
  readonly code: string
  readonly kind: Kind
  readonly hint: string
  /** Message and hint in Chinese. */
  declare readonly zh: { readonly message: string; readonly hint: string }

  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    const known = codeEntry(code)
    const hint = facts.hint ?? known?.advice
    this.code = code
    this.kind = facts.kind ?? known?.kind ?? 'bug'
    this.hint = hint?.en ?? ''
    const zh = { message: facts.zh ?? known?.meaning.zh ?? message, hint: hint?.zh ?? '' }
    Object.defineProperty(this, 'zh', { value: zh })
    Object.defineProperty(this, brand, { value: true })
  }

  override get name(): string {
    return this.constructor.name
  }

  toJSON(): Record<string, unknown> {
    return { name: this.constructor.name, message: this.message, ...(this as object) }
  }
}

/** Something that was handed in cannot be sent. Nothing was. */
export class InputError extends PenstockError {
  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(code, message, { kind: 'input', ...facts })
  }
}

/** A stack, an option or an installation that cannot work. */
export class ConfigError extends PenstockError {
  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(code, message, { kind: 'config', ...facts })
  }
}

/** True for our errors, also when two copies of this package are installed. */
export function isPenstockError(value: unknown): value is PenstockError {
  return value instanceof Error && brand in value
}
