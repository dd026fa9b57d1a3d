import type { Call } from './call.ts'
import { toThrow } from './call-error.ts'
import { decodeText } from './decode/charset.ts'
import { decoded, parsed } from './decode/decoded.ts'
import type { ReplyHeaders } from './headers.ts'
import { notThenable } from './not-thenable.ts'
import { Failure } from './outcome.ts'
import { ended } from './recorder/endings.ts'
import { type ExplainOptions, explain } from './recorder/explain.ts'
import type { Ledger } from './recorder/ledger.ts'
import type { Reply } from './reply.ts'
import type { OutputOf, StandardSchema } from './standard-schema.ts'
import type { Verdict } from './verdict.ts'

/** An answer as the caller gets it. Reading it can fail, and what is thrown is explained like any other failure. */
export class Result {
  static {
    notThenable(this)
  }

  readonly #reply: Reply
  readonly #call: Call<any>

  constructor(call: Call<any>, reply: Reply) {
    this.#call = call
    this.#reply = reply
  }

  get status(): number {
    return this.#reply.status
  }

  /** Names in lower case; `set-cookie` is a list. */
  get headers(): ReplyHeaders {
    return this.#reply.headers
  }

  get verdict(): Verdict {
    return this.#reply.verdict
  }

  get ledger(): Ledger {
    return this.#call.ledger
  }

  /** The first value of a header. `name` in any case. */
  header(name: string): string | undefined {
    return this.#reply.header(name.toLowerCase())
  }

  /** The whole body, decoded by its Content-Encoding. @throws CallError, or the reason the caller aborted with */
  async bytes(): Promise<Uint8Array> {
    const { body } = this.#reply
    const bytes = body.whole ?? (await body.read())
    if (bytes instanceof Failure) throw this.#broken(bytes)
    return bytes
  }

  /** The whole body as text, by the charset of its Content-Type. */
  async text(): Promise<string> {
    return decodeText(await this.bytes(), this.#reply.header('content-type'))
  }

  /**
   * The body as JSON. Integers beyond 2^53 come as text, exact. With a schema (any Standard Schema: zod, valibot, …) it is
   * checked, and typed by it.
   *
   * @throws CallError `BODY_NOT_JSON`, `REPLY_SCHEMA`
   */
  json(): Promise<any>
  json<Schema extends StandardSchema<any, any>>(schema: Schema): Promise<OutputOf<Schema>>
  json(schema?: StandardSchema<any, any>): Promise<unknown> {
    const { whole } = this.#reply.body
    if (whole === undefined || schema !== undefined)
      return decoded(this.#reply, schema).then((value) => (value instanceof Failure ? this.#rejected(value) : value))
    const value = parsed(this.#reply, whole)
    return value instanceof Failure ? this.#rejected(value) : Promise.resolve(value)
  }

  /** The body piece by piece, kept nowhere. Ask for it with `stream: true`, or it has been taken in already. */
  async *stream(): AsyncGenerator<Uint8Array, void> {
    const end = yield* this.#reply.body.pieces()
    if (end !== undefined) throw this.#broken(end)
  }

  /** Nobody will read the body: let go of the connection. */
  discard(): void {
    this.#reply.body.discard()
  }

  /** What happened and why, attempt by attempt. */
  explain(options?: ExplainOptions): string {
    return explain(this, options)
  }

  #rejected(failure: Failure): Promise<never> {
    return Promise.reject(this.#broken(failure))
  }

  #broken(failure: Failure): unknown {
    this.ledger.settle(failure.verdict, failure)
    ended(this.#call)
    return toThrow(this.#call, failure)
  }
}
