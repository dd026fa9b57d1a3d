import { type Call, Failure, Reply, bytesBody, type Next, type Outcome } from '@penstock/core'

/**
 * One call on its way for all who ask the same. It runs as its leader would, in the leader's ledger and budget and until
 * its deadline; but under a signal of its own, which is aborted when the last one has left.
 */
export class Flight {
  /** Under which it is found. */
  readonly rough: string
  /** Undefined when it has landed. */
  call: Call | undefined
  /** Another with the same rough key, which set off before it. */
  rival: Flight | undefined = undefined
  #aboard = 1
  #done: Promise<Outcome> | undefined = undefined
  #controller: AbortController | undefined
  #next: Next | undefined
  readonly #keyOf: (call: Call) => string | undefined
  readonly #over: (flight: Flight) => void
  #key: { readonly of: string | undefined } | undefined = undefined

  /** @param over told when it has landed */
  constructor(
    leader: Call,
    next: Next,
    rough: string,
    keyOf: (call: Call) => string | undefined,
    over: (flight: Flight) => void,
  ) {
    this.rough = rough
    // a leader without a signal cannot leave before the flight's own deadline: it needs no other
    this.#controller = leader.signal === undefined ? undefined : new AbortController()
    this.call = this.#controller === undefined ? leader : leader.with({ signal: this.#controller.signal })
    this.#next = next
    this.#keyOf = keyOf
    this.#over = over
  }

  get landed(): boolean {
    return this.call === undefined
  }

  /** Set off; or, under way, what it will bring. */
  fly(): Promise<Outcome> {
    return (this.#done ??= this.#fly())
  }

  /** Asked for only when another call might be its twin. */
  get key(): string | undefined {
    return (this.#key ??= { of: this.#keyOf(this.call!) }).of
  }

  /** Worth a digest. */
  resembles({ origin, method }: Call): boolean {
    return this.call?.origin === origin && this.call.method === method
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

  /** Take one out of the rivals behind this one. */
  skip(flight: Flight): void {
    if (this.rival === flight) this.rival = flight.rival
    for (let before = this.rival; before !== undefined; before = before.rival)
      if (before.rival === flight) before.rival = flight.rival
  }

  #fly(): Promise<Outcome> {
    try {
      return this.#next!(this.call!).then(
        (outcome) => {
          let taken: Outcome | Promise<Outcome> | undefined
          try {
            taken = takenIn(outcome)
            return taken instanceof Promise ? taken.finally(() => this.#land()) : taken
          } finally {
            // also after what is no outcome: else every later call of its key would join a flight that is over
            if (!(taken instanceof Promise)) this.#land()
          }
        },
        (bug) => {
          this.#land()
          throw bug
        },
      )
    } catch (bug) {
      this.#land()
      throw bug
    }
  }

  #land(): void {
    // a map keeps what stood in it until its tables are collected: then it keeps an empty shell, and not the call
    this.call = this.#done = this.#next = this.#controller = undefined
    this.#over(this)
  }
}

/** The body is taken in here: no reader can spend it, or drop it, for the others. */
function takenIn(outcome: Outcome): Outcome | Promise<Outcome> {
  if (outcome.failed) return outcome
  const { whole } = outcome.body
  // no instanceof: a buffer has five prototypes to be looked through
  if (whole !== undefined) return (whole as Partial<Failure>).failed ? (whole as Failure) : outcome
  return outcome.body.read().then((bytes) => {
    if (bytes instanceof Failure) return bytes
    const { status, headers, reusedSocket, judgement, url } = outcome
    return new Reply(status, headers, bytesBody(bytes), reusedSocket, judgement, url)
  })
}
