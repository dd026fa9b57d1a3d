import { enrol } from './live-secrets.ts'

/** `util.inspect.custom`, without loading util for its name. */
const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value that prints as `⟨name#fingerprint⟩` however it is printed. Only the layer that puts it on the wire reveals it. As
 * long as anybody holds it, the gate looks for it in what leaves the process.
 *
 * @example
 * ```ts
 * import { Secret } from '@penstock/core'
 *
 * const key = new Secret('api_key', 'sk-123')
 * String(key)          // ⟨api_key#…⟩
 * key.reveal()         // for the wire
 * ```
 */
export class Secret {
  readonly name: string
  readonly #value: string
  #mark: string | undefined = undefined

  constructor(name: string, value: string) {
    this.name = name
    this.#value = value
    enrol(this)
  }

  reveal(): string {
    return this.#value
  }

  /** Six hex digits that tell two secrets apart and reveal neither. */
  get fingerprint(): string {
    // loaded when the first secret is printed: it costs as much as all the rest of an import
    return (this.#mark ??= process
      .getBuiltinModule('node:crypto')
      .createHash('sha256')
      .update(`penstock:${this.name}:${this.#value}`)
      .digest('hex')
      .slice(0, 6))
  }

  toString(): string {
    return `⟨${this.name}#${this.fingerprint}⟩`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect](): string {
    return this.toString()
  }
}

/** A secret from what a user may hand in. */
export function secret(name: string, value: string | Secret): Secret {
  return value instanceof Secret ? value : new Secret(name, value)
}
