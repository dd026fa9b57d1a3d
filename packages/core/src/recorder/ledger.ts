import { type Chance, systemClock } from '../clock.ts'
import { type Asked, askedNothing } from './asked.ts'
import type { Runtime } from '../runtime.ts'
import type { Sequel } from '../sequel.ts'
import type { Outcome } from '../outcome.ts'
import type { Bilingual } from '../verdict-table.ts'
import type { Verdict } from '../verdict.ts'
import type { Budget } from '../budget.ts'
import { masked } from './gate/masked.ts'
import type { Facts, NoteKind } from './notes.ts'
import { watchStalls } from './stalls.ts'
import { Timeline } from './timeline.ts'
import { withoutQuery } from './without-query.ts'
import { type BodySaid, type Carried, Trip } from './trip.ts'
import { tripLabel } from './trip-label.ts'

/** How much is kept: nothing; decisions and wire facts; a span a layer as well; all bytes too, while a `capture()` runs. */
export const levels = ['off', 'errors', 'all', 'wire'] as const
export type Level = (typeof levels)[number]

/** What a layer decided, and the numbers that made it decide. */
export type Note = {
  readonly at: number
  readonly attempt: number
  readonly layer: string
  readonly kind: NoteKind
  readonly facts: Facts
}

/** The time a call spent in one layer and what lay inside it. Only levels `all` and `wire` have these. */
export type Span = {
  readonly layer: string
  readonly attempt: number
  readonly depth: number
  readonly from: number
  to: number
  /** `bug` when the layer threw. */
  verdict: Verdict | 'bug' | undefined
}

/** What a call that did not go well ended with. */
export type Ending = {
  readonly code: string
  /** Who says so: a layer, a transport, or `server`. */
  readonly layer: string
  readonly because: string
  readonly status: number | undefined
  readonly vendorCode: string | undefined
  /** The vendor's, out of the reply: what its support asks for. */
  readonly requestId?: string | undefined
  /** What is known beyond the code: by the vendor's table, or by who says so. */
  readonly meaning: Bilingual | undefined
  readonly advice: Bilingual | undefined
}

/**
 * What happened to one call. Decisions are noted off the happy path only, as codes with their numbers, and rendered when
 * somebody asks; so the story of a failure is always there, and a call that goes well pays for one small object.
 */
export class Ledger {
  readonly id: number
  readonly level: Level
  readonly runtime: Runtime
  readonly budget: Budget
  readonly method: string
  readonly endpoint: string | undefined
  /** On the client's clock. */
  readonly startedAt: number
  /** Whether time stands still for the call, and since when, if somebody has asked. Kept by the pipeline. */
  stands = false
  stoodAt: number | undefined = undefined
  /** Milliseconds from then on that the whole call may take. */
  deadline: number | undefined = undefined
  endedAt: number | undefined = undefined
  verdict: Verdict | undefined = undefined
  /** How it ended, when it did not go well. */
  end: Ending | undefined = undefined
  notes: Note[] | undefined = undefined
  spans: Span[] | undefined = undefined
  trips: readonly Trip[] = noTrips
  /** Calls made on behalf of this one: a token's, say. */
  children: Ledger[] | undefined = undefined
  /** Of a copy that goes its own way: the ledger of what it is a copy of. */
  forkOf: Ledger | undefined = undefined
  asked: Asked = askedNothing
  /** Of the caller, when it aborted. Never shown. */
  reason: unknown = undefined
  /** What chance gave to its layers. */
  draws: number[] | undefined = undefined
  #chance: Chance | undefined = undefined
  /** Whether trips are kept, and timed: at level `off`, where a layer asks for it. */
  timed: boolean
  /** What layers have left to be done when the outcome is there. Kept by the pipeline. */
  sequel: Sequel | undefined = undefined
  /** The one that {@link sequel} went into, until `run` of the layer that took it there has returned. */
  promised: Promise<unknown> | undefined = undefined
  /** How many layers the call has entered since a repeater last sent it. Kept by the pipeline. */
  reach = 0
  #depth = 0
  #attempts = 1
  #requests = 0
  readonly #origin: string
  readonly #path: string

  /** @param about `path` with its query */
  constructor(about: {
    level: Level
    runtime: Runtime
    budget: Budget
    method: string
    origin: string
    path: string
    endpoint: string | undefined
  }) {
    this.id = ++count
    this.level = about.level
    this.runtime = about.runtime
    this.budget = about.budget
    this.method = about.method
    this.#origin = about.origin
    this.#path = about.path
    this.endpoint = about.endpoint
    this.startedAt = about.runtime.clock.now()
    this.timed = about.level !== 'off'
    if (about.level === 'all' || about.level === 'wire') this.spans = []
  }

  /** Without the query, and without a live secret in the path. */
  get url(): string {
    return masked(withoutQuery(this.#origin, this.#path))
  }

  /** With its query: to compare with, never to show. */
  get address(): string {
    return this.#origin + this.#path
  }

  /** The client's, kept for a replay as it is drawn. */
  get chance(): Chance {
    if (this.level === 'off') return this.runtime.chance
    return (this.#chance ??= () => {
      const drawn = this.runtime.chance()
      const draws = (this.draws ??= [])
      if (draws.length < keptDraws) draws.push(drawn)
      return drawn
    })
  }

  /** What a judge read in the body of the last answer. */
  read(said: BodySaid): void {
    const trip = this.trips.at(-1)
    if (trip !== undefined) trip.body = said
  }

  /** Milliseconds since the call began. */
  elapsed(): number {
    return this.runtime.clock.now() - this.startedAt
  }

  /** Passes inside the repeaters. */
  get attempts(): number {
    return this.#attempts
  }

  /** Handed to the transport, at any level. */
  get requests(): number {
    return this.#requests
  }

  note(kind: NoteKind, attempt: number, facts: Facts = {}, layer: string = kind.layer): void {
    if (this.level === 'off') return
    this.runtime.stage?.notes(this, kind.id)
    ;(this.notes ??= []).push({ at: this.elapsed(), attempt, layer, kind, facts })
  }

  /** A ledger for a copy of this call that goes its own way: same birth and budget, hung in here. */
  fork(): Ledger {
    const { level, runtime, budget, method, endpoint } = this
    const copy = new Ledger({ level, runtime, budget, method, origin: this.#origin, path: this.#path, endpoint })
    copy.forkOf = this
    this.adopt(copy)
    return copy
  }

  /** Hang the ledger of a call made on behalf of this one into it. */
  adopt(child: Ledger): void {
    if (this.level === 'off' || this.children?.includes(child)) return
    ;(this.children ??= []).push(child)
  }

  /**
   * @param transport its name
   * @param now undefined when it is not {@link timed}
   * @param sent what it carries
   * @returns undefined when trips are not kept
   */
  depart(attempt: number, transport: string, now: number | undefined, sent: Carried): Trip | undefined {
    this.#requests++
    if (attempt > this.#attempts) this.#attempts = attempt
    if (now === undefined) return undefined
    const trip = new Trip(
      attempt,
      now - this.startedAt,
      transport,
      this.level === 'off' ? undefined : new Timeline(this.level === 'wire' ? tripLabel(this, attempt) : undefined),
      this.level === 'off' ? undefined : sent,
    )
    this.trips = this.trips === noTrips ? [trip] : [...this.trips, trip]
    if (this.level !== 'off' && this.runtime.clock === systemClock) watchStalls()
    return trip
  }

  /** The transport's answer to a trip. */
  arrive(trip: Trip | undefined, outcome: Outcome): void {
    trip?.end(outcome, this.elapsed() - trip.at)
  }

  /** @param outcome how it ended, if there is one */
  settle(verdict: Verdict, outcome?: Outcome): void {
    this.verdict = verdict
    if (outcome?.failed && verdict === 'cancelled') this.reason = outcome.reason
    if (outcome !== undefined && verdict !== 'ok' && verdict !== 'unknown') this.end = ending(outcome)
    if (this.level !== 'off') this.endedAt = this.runtime.clock.now()
  }

  enter(layer: string, attempt: number): Span {
    const span: Span = { layer, attempt, depth: this.#depth++, from: this.elapsed(), to: NaN, verdict: undefined }
    this.spans!.push(span)
    return span
  }

  leave(span: Span, verdict: Verdict | 'bug'): void {
    this.#depth = span.depth
    span.to = this.elapsed()
    span.verdict = verdict
  }
}

function ending(outcome: Outcome): Ending {
  const { code } = outcome
  if (outcome.failed)
    return {
      code,
      layer: outcome.layer,
      because: outcome.because,
      status: undefined,
      vendorCode: undefined,
      requestId: undefined,
      meaning: undefined,
      advice: outcome.hint,
    }
  const { status, judgement } = outcome
  const { row, vendorCode, requestId } = judgement
  const because = row?.meaning.en ?? `the server answered ${status}`
  return { code, layer: 'server', because, status, vendorCode, requestId, meaning: row?.meaning, advice: row?.advice }
}

let count = 0

/** Of one call that goes on and on, no more than this. */
const keptDraws = 1000

const noTrips: readonly Trip[] = Object.freeze([])
