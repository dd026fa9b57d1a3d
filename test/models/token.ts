/** What the token layer does, said as simply as can be: one token, one flight for another, and who waits for it. */

export type TokenLimits = { readonly skew: number; readonly after: number }

/** Where a call is. `first` is false for one that was refused a token before. */
type Place =
  | { readonly at: 'waiting'; readonly first: boolean }
  | { readonly at: 'server'; readonly first: boolean; readonly token: string }

export class TokenModel {
  /** How often each thing has happened. */
  readonly seen = {
    shared: 0,
    alone: 0,
    expired: 0,
    dropped: 0,
    newer: 0,
    replaced: 0,
    refusedTwice: 0,
    timedOut: 0,
    left: 0,
  }
  /** Flights that have begun. */
  flights = 0
  /** What came of every call that is over. */
  readonly ended = new Map<number, string>()
  readonly #limits: TokenLimits
  readonly #calls = new Map<number, Place>()
  #token: { readonly value: string; readonly until: number } | undefined = undefined
  #flight: { readonly from: number } | undefined = undefined

  constructor(limits: TokenLimits) {
    this.#limits = limits
  }

  /** Requests that the server has not answered, and the token each has brought. */
  get atServer(): ReadonlyMap<number, string> {
    return new Map(
      [...this.#calls].flatMap(([id, place]) => (place.at === 'server' ? [[id, place.token] as const] : [])),
    )
  }

  get flying(): boolean {
    return this.#flight !== undefined
  }

  start(id: number, now: number): void {
    this.#send(id, true, now)
  }

  granted(value: string, expiresIn: number): void {
    const { from } = this.#flight!
    this.#token = { value, until: from + expiresIn - Math.min(this.#limits.skew, expiresIn / 2) }
    this.#land((id, first) => this.#calls.set(id, { at: 'server', first, token: value }))
  }

  failed(how: string): void {
    this.#land((id) => this.#end(id, how))
  }

  answered(id: number, refused: boolean, now: number): void {
    const place = this.#calls.get(id) as Place & { at: 'server' }
    if (!refused || !place.first) {
      if (refused) this.seen.refusedTwice++
      return this.#end(id, refused ? 'token' : 'ok')
    }
    if (this.#token?.value === place.token) {
      this.seen.dropped++
      this.#token = undefined
    } else if (this.#token !== undefined) this.seen.newer++
    this.#send(id, false, now)
  }

  aborted(id: number): void {
    if (this.#calls.get(id)!.at === 'waiting') this.seen.left++
    this.#end(id, 'cancelled')
  }

  timePasses(now: number): void {
    if (this.#flight === undefined || now < this.#flight.from + this.#limits.after) return
    this.seen.timedOut++
    this.failed('TOKEN_UNAVAILABLE')
  }

  #send(id: number, first: boolean, now: number): void {
    if (this.#token !== undefined && now < this.#token.until) {
      this.#calls.set(id, { at: 'server', first, token: this.#token.value })
      return
    }
    if (this.#token !== undefined) this.seen.expired++
    this.#calls.set(id, { at: 'waiting', first })
    if (this.#flight !== undefined) {
      this.seen.shared++
      return
    }
    this.#flight = { from: now }
    this.flights++
  }

  #land(each: (id: number, first: boolean) => void): void {
    this.#flight = undefined
    const waiting = [...this.#calls].filter(([, { at }]) => at === 'waiting')
    if (waiting.length === 0) this.seen.alone++
    for (const [id, { first }] of waiting) {
      if (!first) this.seen.replaced++
      each(id, first)
    }
  }

  #end(id: number, how: string): void {
    this.#calls.delete(id)
    this.ended.set(id, how)
  }

  /** Calls that are not over. */
  get live(): readonly number[] {
    return [...this.#calls.keys()]
  }
}
