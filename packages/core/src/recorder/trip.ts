import type { Call } from '../call.ts'
import type { ReplyHeaders } from '../headers.ts'
import type { Failure, Outcome, Phase, Sent } from '../outcome.ts'
import { type Credential, credentialsIn } from './credentials-in.ts'
import type { Timeline } from './timeline.ts'

/** What a judge read in a body: the code, where it stood, and whether it was JSON at all. */
export type BodySaid =
  | {
      readonly kind: 'json'
      readonly path: string
      readonly code: string
      /** Where a message stood, and the table's own words for it. */
      readonly messagePath: string
      readonly message: string | undefined
    }
  | { readonly kind: 'html' | 'text' }

/** Where a request may hold a credential. */
export type Carried = Pick<Call<any>, 'headers' | 'secretQuery'>

/** One request handed to the transport. An attempt has one or more. */
export class Trip {
  readonly attempt: number
  /** Milliseconds since the call began. */
  readonly at: number
  readonly transport: string
  /** What it did on the wire, and when. Undefined at level `off`. */
  readonly timeline: Timeline | undefined
  took: number | undefined = undefined
  status: number | undefined = undefined
  /** Of the failure, when there was no answer. */
  code: string | undefined = undefined
  phase: Phase = 'local'
  sent: Sent = 'none'
  reusedSocket: boolean | undefined = undefined
  body: BodySaid | undefined = undefined
  #failure: Failure | undefined = undefined
  #headers: ReplyHeaders | undefined = undefined
  readonly #sentHeaders: Carried['headers'] | undefined
  readonly #secretQuery: Carried['secretQuery'] | undefined

  constructor(attempt: number, at: number, transport: string, timeline: Timeline | undefined, sent?: Carried) {
    this.attempt = attempt
    this.at = at
    this.transport = transport
    this.timeline = timeline
    this.#sentHeaders = sent?.headers
    this.#secretQuery = sent?.secretQuery
  }

  /** Names alone, looked up when somebody asks; undefined at level `off`. */
  get credentials(): readonly Credential[] | undefined {
    return this.#sentHeaders && credentialsIn(this.#sentHeaders, this.#secretQuery ?? [])
  }

  /** As it came. No field: who prints a ledger would print what a server repeats of the request. */
  get failure(): Failure | undefined {
    return this.#failure
  }

  /** Of the answer, as they came. */
  get headers(): ReplyHeaders | undefined {
    return this.#headers
  }

  /** The transport's answer is here. */
  end(outcome: Outcome, took: number | undefined): void {
    this.took = took
    this.reusedSocket = outcome.reusedSocket
    if (outcome.failed) {
      this.code = outcome.code
      this.phase = outcome.phase
      this.sent = outcome.sent
    } else {
      this.status = outcome.status
      this.phase = 'receive'
      this.sent = 'all'
    }
    if (this.timeline === undefined) return
    if (outcome.failed) this.#failure = outcome
    else this.#headers = outcome.headers
  }
}
