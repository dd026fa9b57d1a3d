/** How many attempts one call may still make. Everything that repeats draws on the same one. */
export class Budget {
  /** Attempts in all, the first one included. */
  readonly attempts: number
  drawn = 1

  constructor(attempts: number) {
    this.attempts = attempts
  }

  get left(): number {
    return this.attempts - this.drawn
  }

  /** Take one further attempt. False when there is none left. */
  draw(): boolean {
    if (this.drawn >= this.attempts) return false
    this.drawn++
    return true
  }
}
