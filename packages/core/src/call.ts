import type { Body } from './body.ts'
import type { Branch } from './branch.ts'
import { type CallFields, noContext } from './call-fields.ts'
import type { Bound, CallOptions } from './call-options.ts'
import type { Chance, Clock } from './clock.ts'
import type { Endpoint, Repeatable } from './endpoint.ts'
import type { Headers } from './headers.ts'
import { Failure } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Budget } from './budget.ts'
import type { Ledger } from './recorder/ledger.ts'
import type { Facts, NoteKind } from './recorder/notes.ts'
import type { Request } from './request.ts'
import type { Runtime } from './runtime.ts'
import type { Secret } from './secret.ts'
import { Join, Sleep } from './wait.ts'
import type { WireOptions } from './wire-options.ts'

/** Client, transport and the rest of a pipeline are all handlers. */
export type Handler = (call: Call<any>) => Promise<Outcome>

/** For a copy, as long as nobody has seen it. */
type Writable<Context extends object> = { -readonly [Key in keyof CallFields<Context>]: CallFields<Context>[Key] }

/**
 * One request on its way out. Never mutated: `next({ ...call, headers })` or `next(call.with({ headers }))`. All views of
 * a call share its ledger and its budget.
 */
export class Call<Context extends object = {}> implements CallFields<Context> {
  readonly method: string
  readonly origin: string
  readonly path: string
  readonly secretQuery: readonly (readonly [name: string, value: Secret])[]
  readonly headers: Headers
  readonly body: Body
  readonly signal: AbortSignal | undefined
  readonly deadlineAt: number
  readonly bound: Bound | undefined
  readonly attempt: number
  readonly repeatable: Repeatable
  readonly wire: WireOptions
  readonly context: Readonly<Context>
  readonly options: CallOptions
  readonly ledger: Ledger
  readonly branch: Branch | undefined

  // field by field, and each by its place: copies are all that most layers make, and what reads them from calls and
  // plain objects alike takes twice as long
  private constructor(
    method: CallFields<Context>['method'],
    origin: CallFields<Context>['origin'],
    path: CallFields<Context>['path'],
    secretQuery: CallFields<Context>['secretQuery'],
    headers: CallFields<Context>['headers'],
    body: CallFields<Context>['body'],
    signal: CallFields<Context>['signal'],
    deadlineAt: CallFields<Context>['deadlineAt'],
    bound: CallFields<Context>['bound'],
    attempt: CallFields<Context>['attempt'],
    repeatable: CallFields<Context>['repeatable'],
    wire: CallFields<Context>['wire'],
    context: CallFields<Context>['context'],
    options: CallFields<Context>['options'],
    ledger: CallFields<Context>['ledger'],
    branch: CallFields<Context>['branch'],
  ) {
    this.method = method
    this.origin = origin
    this.path = path
    this.secretQuery = secretQuery
    this.headers = headers
    this.body = body
    this.signal = signal
    this.deadlineAt = deadlineAt
    this.bound = bound
    this.attempt = attempt
    this.repeatable = repeatable
    this.wire = wire
    this.context = context
    this.options = options
    this.ledger = ledger
    this.branch = branch
  }

  /** Of a spread, or of all that a new call is made of. */
  static of<Context extends object>(fields: CallFields<Context>): Call<Context> {
    return new Call<Context>(
      fields.method,
      fields.origin,
      fields.path,
      fields.secretQuery,
      fields.headers,
      fields.body,
      fields.signal,
      fields.deadlineAt,
      fields.bound,
      fields.attempt,
      fields.repeatable,
      fields.wire,
      fields.context,
      fields.options,
      fields.ledger,
      fields.branch,
    )
  }

  #copy(): Call<any> {
    return new Call<any>(
      this.method,
      this.origin,
      this.path,
      this.secretQuery,
      this.headers,
      this.body,
      this.signal,
      this.deadlineAt,
      this.bound,
      this.attempt,
      this.repeatable,
      this.wire,
      this.context,
      this.options,
      this.ledger,
      this.branch,
    )
  }

  get id(): number {
    return this.ledger.id
  }

  /** Without what is secret. */
  get url(): string {
    return this.origin + this.path
  }

  get endpoint(): Endpoint | undefined {
    return this.options.endpoint
  }

  /**
   * The path as its caller wrote it, `/things/{id}`, when there are such places in it: what may name a call where its
   * values may not be shown.
   */
  get template(): string | undefined {
    const { path } = this.options as Partial<Request>
    return path?.includes('{') ? path.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] : undefined
  }

  /** True when the caller reads the body piece by piece, so that no layer may take it in. */
  get streams(): boolean {
    return this.options.stream === true
  }

  get runtime(): Runtime {
    return this.ledger.runtime
  }

  get clock(): Clock {
    return this.ledger.runtime.clock
  }

  get chance(): Chance {
    return this.ledger.chance
  }

  get budget(): Budget {
    return this.ledger.budget
  }

  with(change: Partial<CallFields<any>>): Call<Context> {
    // a spread of this would cost more than all else here
    return Object.assign(this.#copy(), change)
  }

  /** With other wire options. This and the next are {@link with} at a tenth of its price: most stacks change every call so. */
  withWire(wire: WireOptions): Call<Context> {
    const copy = this.#copy()
    ;(copy as Writable<Context>).wire = wire
    return copy
  }

  /** With these headers and no others. Names in lower case. @param gifts for its context too: one copy in place of two */
  withHeaders(headers: Headers, gifts?: object): Call<Context> {
    const copy = this.#copy()
    ;(copy as Writable<any>).headers = headers
    if (gifts !== undefined) (copy as Writable<any>).context = this.#with(gifts)
    return copy
  }

  /** With these in its context, for inner layers. */
  giving(gifts: object): Call<any> {
    const copy = this.#copy()
    ;(copy as Writable<any>).context = this.#with(gifts)
    return copy
  }

  #with(gifts: object): object {
    return this.context === noContext ? gifts : { ...this.context, ...gifts }
  }

  /** With one header more; a header of that name is replaced. `name` in lower case. */
  withHeader(name: string, value: string | Secret): Call<Context> {
    return this.withHeaders({ ...this.headers, [name]: value })
  }

  /**
   * The time on the client's clock. It stands still until a call first waits, and again while layers do what comes after an
   * outcome: there is only computing in between, and to read a clock takes longer than most of that. Who measures the computing
   * itself, or tells another how long it has, asks `clock`.
   */
  now(): number {
    const { ledger } = this
    return ledger.stands ? (ledger.stoodAt ??= ledger.runtime.clock.now()) : ledger.runtime.clock.now()
  }

  /** This call, to be over `bound.after` milliseconds from `from`. An earlier deadline stands. */
  within(bound: Bound, from: number = this.now()): Call<Context> {
    const deadlineAt = from + bound.after
    if (deadlineAt >= this.deadlineAt) return this
    if (bound.verdict === 'late') this.ledger.deadline = deadlineAt - this.ledger.startedAt
    const copy = this.#copy()
    ;(copy as Writable<Context>).deadlineAt = deadlineAt
    ;(copy as Writable<Context>).bound = bound
    return copy
  }

  /** Milliseconds left, `Infinity` without a deadline. */
  remaining(): number {
    return this.deadlineAt === Infinity ? Infinity : this.deadlineAt - this.clock.now()
  }

  /** Wait. Gives nothing when the time is over, or the failure that cut it short, at once. */
  wait(milliseconds: number): Promise<Failure | undefined> {
    return new Sleep(this, milliseconds).done
  }

  /**
   * Wait for work that others may share. When this call ends first it lets go, and the work goes on.
   *
   * @param late what to do with a value that comes then, when it is this call's alone
   */
  until<Value>(work: Promise<Value>, late?: (value: Value) => void): Promise<Value | Failure> {
    return new Join(this, work, late).done
  }

  /** Write a decision, and the numbers that made it, into the ledger. */
  note(kind: NoteKind, facts?: Facts, layer?: string): void {
    this.ledger.note(kind, this.attempt, facts, layer)
  }

  /** Why nothing more may happen on this call; undefined while it may. @param now for who has asked the clock already */
  over(now?: number): Failure | undefined {
    const closed = this.runtime.closed ?? this.branch?.closed
    if (closed !== undefined) return closed
    if (this.signal?.aborted) return this.cancelled()
    return this.deadlineAt !== Infinity && this.deadlineAt <= (now ?? this.now()) ? this.late() : undefined
  }

  cancelled(): Failure {
    return new Failure('cancelled', 'CANCELLED', 'caller', 'the caller aborted', { reason: this.signal?.reason })
  }

  late(): Failure {
    const { layer, code, verdict, after } = this.bound!
    return new Failure(verdict, code, layer, `${after} ms were over`)
  }
}
