import type { Scenario } from './scenario.ts'
import type { Fate } from './simulated-server.ts'

/** What one simulated run, or the mean of several, came to. */
export type Measures = {
  /** Calls begun. */
  readonly calls: number
  /** Requests for each of the calls that began in the fault. */
  readonly amplification: number
  /** The share of all calls that went well. */
  readonly goodput: number
  /** The share of the calls begun in the fault that went well. */
  readonly goodputInFault: number
  /** Milliseconds after the fault's end from which five seconds in a row go well, 99 % of each; undefined for never. */
  readonly recovery: number | undefined
  /** The share of all calls that ended with a refusal of the stack's own. */
  readonly refused: number
  /** Requests that the server saw while the fault lasted. */
  readonly requestsInFault: number
  /** The share of all requests that the server refused as too many. */
  readonly limited: number
  /** Milliseconds within which half, and 99 %, of the calls that went well did so. */
  readonly latency: { readonly p50: number; readonly p99: number }
  /** For each second: calls begun, those of them that went well, and requests at the server. */
  readonly timeline: {
    readonly calls: readonly number[]
    readonly good: readonly number[]
    readonly requests: readonly number[]
  }
}

/** One call, from its caller's side. */
export type Trial = { readonly at: number; requests: number }

/** Counts one run. */
export class Tally {
  readonly #from: number
  readonly #until: number
  readonly #calls: number[]
  readonly #good: number[]
  readonly #requests: number[]
  readonly #took: number[] = []
  readonly #inFault = { calls: 0, good: 0, attempts: 0, requests: 0 }
  #refused = 0
  #limited = 0

  constructor({ before, lasts, after }: Scenario) {
    this.#from = before
    this.#until = before + lasts
    const seconds = () => Array.from({ length: Math.ceil((before + lasts + after) / 1000) }, () => 0)
    this.#calls = seconds()
    this.#good = seconds()
    this.#requests = seconds()
  }

  /** A request came in at the server. */
  request(at: number, fate: Fate): void {
    const second = Math.floor(at / 1000)
    // what comes in after the end is of calls that began before it
    if (second < this.#requests.length) this.#requests[second]!++
    if (fate === 'limited') this.#limited++
    if (this.#faulty(at)) this.#inFault.requests++
  }

  /** A call is over. */
  ended({ at, requests }: Trial, now: number, how: 'good' | 'bad' | 'refused'): void {
    const second = Math.floor(at / 1000)
    this.#calls[second]!++
    if (how === 'refused') this.#refused++
    if (how === 'good') {
      this.#good[second]!++
      this.#took.push(now - at)
    }
    if (!this.#faulty(at)) return
    this.#inFault.calls++
    this.#inFault.attempts += requests
    if (how === 'good') this.#inFault.good++
  }

  get measures(): Measures {
    const took = this.#took.toSorted((one, other) => one - other)
    const within = (share: number) => took[Math.ceil(took.length * share) - 1] ?? NaN
    const calls = sum(this.#calls)
    const { calls: begun, good, attempts, requests } = this.#inFault
    return {
      calls,
      amplification: attempts / begun,
      goodput: took.length / calls,
      goodputInFault: good / begun,
      recovery: this.#recovery(),
      refused: this.#refused / calls,
      requestsInFault: requests,
      limited: this.#limited / sum(this.#requests),
      latency: { p50: within(0.5), p99: within(0.99) },
      timeline: { calls: this.#calls, good: this.#good, requests: this.#requests },
    }
  }

  #faulty(at: number): boolean {
    return at >= this.#from && at < this.#until
  }

  #recovery(): number | undefined {
    const end = Math.ceil(this.#until / 1000)
    for (let second = end; second + 5 <= this.#calls.length; second++)
      if ([0, 1, 2, 3, 4].every((more) => this.#good[second + more]! >= 0.99 * this.#calls[second + more]!))
        return second * 1000 - this.#until
    return undefined
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
