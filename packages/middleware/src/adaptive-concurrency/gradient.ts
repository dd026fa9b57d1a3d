export type GradientOptions = {
  readonly limit: number
  readonly minLimit: number
  readonly maxLimit: number
}

/** Answers that are taken together at least; a whole flight, if that is more: a batch has to see what the last one did. */
const batch = 20
/** How much slower than unloaded the server may get before the limit falls: then half of what is in flight only waits. */
const tolerance = 2
/** Part of the limit that is left while the unloaded time is measured anew: what does not only wait, so that nothing is lost. */
const drained = 0.5
/** Milliseconds after which it is measured anew; and after which it may be, when the limit only falls. */
const every = 10_000
const early = 3000
const falls = 3
/** An attempt that ran out of time would have taken longer: nobody knows how much. */
const unanswered = 3
/** Part of the limit that must be in use for the limit to matter; and below which the server is as good as unloaded. */
const full = 0.8
const slack = 0.5

/**
 * How many requests one server can have in flight: the limit falls as answers get slower than those of an unloaded server
 * (the gradient), and grows by its root while they do not. What an unloaded server takes is measured while less than the
 * limit is in flight; when it is always in use, by holding some of it back for a moment. Why this and not another:
 * docs/decisions/adaptive-concurrency.md.
 */
export class Gradient {
  value: number
  /** Milliseconds of the latest batch, on average, and of an unloaded server. */
  took = 0
  unloaded = 0
  readonly #least: number
  readonly #most: number
  #sum = 0
  #count = 0
  #used = 0
  #falling = 0
  /** Until something falls it doubles its way up. */
  #starting = true
  /** The limit to go back to after the unloaded time is measured. */
  #heldBack: number | undefined = undefined
  /** What was sent before tells of a fuller server. */
  #since = -Infinity
  #measuredAt: number | undefined = undefined

  constructor({ limit, minLimit, maxLimit }: GradientOptions) {
    this.value = limit
    this.#least = minLimit
    this.#most = maxLimit
  }

  /** An answer came, while so many were in flight. True when it lowers the limit. */
  answered(took: number, inFlight: number, now: number): boolean {
    return this.#sample(took, now - took, inFlight, now)
  }

  /** The server said that it has too much to do, or did not say anything in time. */
  overloaded(took: number, inFlight: number, now: number): boolean {
    const counts = Math.max(unanswered * took, 2 * tolerance * this.unloaded)
    return this.#sample(counts, now - took, inFlight, now)
  }

  /** The caller gave up: that says something only if it had waited for longer than the server should take. */
  givenUp(took: number, inFlight: number, now: number): boolean {
    return took > tolerance * this.unloaded && this.#sample(took, now - took, inFlight, now)
  }

  #sample(took: number, sentAt: number, inFlight: number, now: number): boolean {
    this.#measuredAt ??= now
    if (sentAt < this.#since) return false
    this.#sum += took
    this.#count++
    this.#used = Math.max(this.#used, inFlight)
    return this.#count >= Math.max(batch, this.value) && this.#learn(now)
  }

  #learn(now: number): boolean {
    const took = (this.took = this.#sum / this.#count)
    const used = this.#used / Math.floor(this.value)
    this.#sum = this.#count = this.#used = 0
    if (this.#heldBack !== undefined) return this.#measured(took, now)
    if (this.unloaded === 0) this.unloaded = took
    if (used < slack) this.unloaded += (took - this.unloaded) * 0.2
    return used >= full && this.#move(took, now)
  }

  #measured(took: number, now: number): false {
    this.unloaded = took
    this.value = this.#heldBack!
    this.#heldBack = undefined
    this.#measuredAt = now
    this.#falling = 0
    return false
  }

  #move(took: number, now: number): boolean {
    this.unloaded = Math.min(this.unloaded, took)
    const gradient = Math.max(0.5, Math.min(1, (tolerance * this.unloaded) / took))
    const before = this.value
    this.#falling = gradient < 1 ? this.#falling + 1 : 0
    if (gradient < 1) this.#starting = false
    this.#set(this.#starting ? before * 1.5 : before * gradient + Math.sqrt(before))
    const lowered = this.value < before
    const age = now - this.#measuredAt!
    if (age >= every || (this.#falling >= falls && age >= early)) this.#holdBack(now)
    return lowered
  }

  #holdBack(now: number): void {
    this.#heldBack = this.value
    this.#set(this.value * drained)
    // until what is ahead of it has been worked off
    this.#since = now + this.took
  }

  #set(value: number): void {
    this.value = Math.max(this.#least, Math.min(this.#most, value))
  }
}
