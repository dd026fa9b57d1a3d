/** What a breaker does, said as simply as can be: every result is kept with the part of the window it fell into, and counted anew. */

export type BreakerLimits = {
  readonly failures: number
  readonly volume: number
  readonly window: number
  readonly latest: number
  readonly probes: number
  readonly openFor: number
  readonly maxOpenFor: number
  readonly probeLease: number
}

/** Leave to send; a probe's has an end. */
export type Leave = { readonly era: number; readonly leaseEnd: number | undefined }

type Result = { readonly healthy: boolean; readonly part: number }

export class BreakerModel {
  /** How often each thing has happened. */
  readonly seen = { opened: 0, closed: 0, lapsed: 0, late: 0, ignored: 0 }
  readonly #limits: BreakerLimits
  /** The part of its open time that is not by chance. */
  readonly #share: number
  #state: 'closed' | 'open' | 'half-open' = 'closed'
  /** Results count only for the era they were sent in: opening on a failure, closing and isolating begin another. */
  #era = 0
  #until = 0
  #openings = 0
  #probes: Leave[] = []
  #results: Result[] = []
  #part = 0
  #partOfTime = 0
  #inPart = 0
  #isolations = 0

  constructor(limits: BreakerLimits, chance: number) {
    this.#limits = limits
    this.#share = 0.5 + chance / 2
  }

  state(now: number): string {
    this.#timePasses(now)
    return this.#isolations > 0 ? 'isolated' : this.#state
  }

  /** Leave, or the milliseconds to wait; undefined while isolated, which has no end. */
  start(now: number): Leave | { readonly refusedFor: number | undefined } {
    this.#timePasses(now)
    if (this.#isolations > 0) return { refusedFor: undefined }
    if (this.#state === 'closed') return { era: this.#era, leaseEnd: undefined }
    if (this.#state === 'open') return { refusedFor: this.#until - now }
    if (this.#probes.length === this.#limits.probes) return { refusedFor: this.#probes[0]!.leaseEnd! - now }
    const probe = { era: this.#era, leaseEnd: now + this.#limits.probeLease }
    this.#probes.push(probe)
    return probe
  }

  /** @param healthy undefined for what says nothing of the server */
  end(leave: Leave, healthy: boolean | undefined, now: number): void {
    this.#timePasses(now)
    if (this.#probes.includes(leave)) this.#probes.splice(this.#probes.indexOf(leave), 1)
    if (healthy === undefined) this.seen.ignored++
    else if (leave.era !== this.#era) this.seen.late++
    else if (leave.leaseEnd === undefined) this.#count(healthy, now)
    else if (healthy) this.#close()
    else if (this.#state === 'half-open') this.#fail(now)
  }

  isolate(): void {
    this.#isolations++
    this.#era++
  }

  release(): void {
    this.#isolations--
  }

  #timePasses(now: number): void {
    const lapse = Math.min(...this.#probes.map(({ leaseEnd }) => leaseEnd!))
    if (lapse <= now) {
      this.seen.lapsed++
      this.#open(lapse)
    }
    if (this.#state === 'open' && now >= this.#until) this.#state = 'half-open'
  }

  #count(healthy: boolean, now: number): void {
    const { window, latest, volume, failures } = this.#limits
    const partOfTime = Math.floor(now / (window / 10))
    const later = partOfTime - this.#partOfTime
    if (later > 0 || this.#inPart >= latest / 10) {
      this.#part += later > 0 ? later : 1
      this.#inPart = 0
    }
    this.#partOfTime = partOfTime
    this.#inPart++
    this.#results.push({ healthy, part: this.#part })
    if (healthy) return
    const inWindow = this.#results.filter(({ part }) => part > this.#part - 10)
    const failed = inWindow.filter((result) => !result.healthy).length
    if (inWindow.length >= volume && (failed / inWindow.length) * 100 > failures) this.#fail(now)
  }

  #fail(now: number): void {
    this.#open(now)
    this.#era++
  }

  #open(at: number): void {
    const { openFor, maxOpenFor } = this.#limits
    this.seen.opened++
    this.#state = 'open'
    this.#until = at + Math.min(maxOpenFor, openFor * 2 ** this.#openings) * this.#share
    this.#openings++
    this.#probes = []
  }

  #close(): void {
    this.seen.closed++
    this.#state = 'closed'
    this.#era++
    this.#openings = 0
    this.#probes = []
    this.#results = []
    this.#inPart = 0
  }
}
