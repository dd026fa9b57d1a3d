import { type Call, Failure, Reply, bytesBody, type Next, type Outcome } from '@penstock/core'

export type FlightOptions = {
  /** Under which it is found. */
  readonly rough: string
  readonly keyOf: (call: Call) => string | undefined
  /** Told when it has landed. */
  readonly over: (flight: Flight) => void
}

/**
 * One call on its way for all who ask the same. It runs as its leader would, in the leader's ledger and budget and until
 * its deadline; but under a signal of its own, which is aborted when the last one has left.
 */
export class Flight {
  readonly rough: string
  readonly call: Call
  readonly done: Promise<Outcome>
  landed = false
  #aboard = 0
  readonly #controller: AbortController | undefined
  readonly #keyOf: (call: Call) => string | undefined
  #key: { readonly of: string | undefined } | undefined = undefined

  constructor(leader: Call, next: Next, { rough, keyOf, over }: FlightOptions) {
    this.rough = rough
    // a leader without a signal cannot leave before the flight's own deadline: it needs no other
    this.#controller = leader.signal === undefined ? undefined : new AbortController()
    this.call = this.#controller === undefined ? leader : leader.with({ signal: this.#controller.signal })
    this.#keyOf = keyOf
    this.done = this.#fly(next).finally(() => {
      this.landed = true
      over(this)
    })
  }

  /** Asked for only when another call might be its twin. */
  get key(): string | undefined {
    return (this.#key ??= { of: this.#keyOf(this.call) }).of
  }

  /** Those who wait for it beside the one that asks. */
  get others(): number {
    return this.#aboard - 1
  }

  board(): void {
    this.#aboard++
  }

  /** @returns whether the flight is given up */
  leave(reason: unknown): boolean {
    this.#aboard--
    if (this.#aboard > 0 || this.landed) return false
    this.#controller?.abort(reason)
    return true
  }

  /** The body is taken in here: no reader can spend it, or drop it, for the others. */
  async #fly(next: Next): Promise<Outcome> {
    const outcome = await next(this.call)
    if (outcome.failed) return outcome
    const bytes = await outcome.body.read()
    if (bytes instanceof Failure) return bytes
    const { status, headers, reusedSocket, judgement } = outcome
    return new Reply(status, headers, bytesBody(bytes), reusedSocket, judgement)
  }
}
