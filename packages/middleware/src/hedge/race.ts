import { Branch, type Call, Failure, type Next, type Outcome, verdicts } from '@penstock/core'

export type RaceOptions = {
  /** Milliseconds until the second copy goes. */
  readonly delay: number
  /** Whether a second copy may go, asked when it is wanted. `code` is what came of the first, if it has ended. */
  readonly admits: (call: Call, after: number, code?: string) => boolean
  /** Told once, before the call has its outcome, unless a copy threw. */
  readonly ended: (end: RaceEnd) => void
  readonly name: string
}

export type RaceEnd = {
  readonly outcome: Outcome
  /** Copies that were sent. */
  readonly copies: number
  /** Which one's outcome it is. */
  readonly winner: number
  /** Milliseconds since the first copy went. */
  readonly took: number
}

type Copy = { readonly call: Call; readonly branch: Branch }

/**
 * A call and, when it is slow, a second copy of it. The first goes in the call's own ledger, the second in one that hangs
 * in it; each waits in a branch of its own, so that the loser can be cut. Its alarm stands among all others: no timer.
 */
export class Race {
  dueAt: number
  earlier = undefined
  later = undefined
  readonly done: Promise<Outcome>
  readonly #call: Call
  readonly #next: Next
  readonly #options: RaceOptions
  readonly #startedAt: number
  readonly #copies: Copy[] = []
  #aloft = 0
  #waiting = false
  #over = false
  /** What another copy shall mend. */
  #bad: Outcome | undefined = undefined
  #resolve!: (outcome: Outcome) => void
  #reject!: (bug: unknown) => void

  constructor(call: Call, next: Next, options: RaceOptions) {
    this.#call = call
    this.#next = next
    this.#options = options
    this.#startedAt = call.clock.now()
    this.dueAt = this.#startedAt + options.delay
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (this.dueAt < call.deadlineAt) {
      this.#waiting = true
      call.runtime.alarms.add(this)
    }
    this.#send({})
  }

  /** The alarm has let go of it already. */
  due(): void {
    this.#waiting = false
    this.#sendsSecond()
  }

  get #took(): number {
    return this.#call.clock.now() - this.#startedAt
  }

  #send(own: Partial<Pick<Call, 'attempt' | 'ledger'>>): void {
    const branch = new Branch(this.#call)
    const copy = { branch, call: this.#call.with({ ...own, branch }) }
    this.#copies.push(copy)
    this.#aloft++
    this.#fly(copy).catch((bug: unknown) => this.#broke(copy, bug))
  }

  async #fly(copy: Copy): Promise<void> {
    this.#landed(copy, await this.#next(copy.call))
  }

  #sendsSecond(code?: string): boolean {
    const call = this.#call
    if (this.#copies.length > 1 || call.over() !== undefined) return false
    if (!this.#options.admits(call, this.#took, code)) return false
    this.#send({ attempt: call.attempt + 1, ledger: call.ledger.fork() })
    return true
  }

  #landed(copy: Copy, outcome: Outcome): void {
    this.#aloft--
    if (copy.call.ledger !== this.#call.ledger) copy.call.ledger.settle(outcome.verdict, outcome)
    if (outcome.failed) copy.branch.end()
    else outcome.body.whenOver(() => copy.branch.end())
    if (this.#over) return drop(outcome)
    if (isLast(outcome)) return this.#finish(copy, outcome)
    if (this.#aloft > 0 || (mendsAtOnce(outcome) && this.#sendsSecond(outcome.code))) {
      this.#bad = outcome
      return
    }
    const refusal = outcome.verdict === 'refused' && this.#bad !== undefined
    // our own no says less than what the server said
    if (refusal)
      this.#finish(
        this.#copies.find((other) => other !== copy)!,
        this.#bad!,
      )
    else this.#finish(copy, outcome)
  }

  #finish(winner: Copy, outcome: Outcome): void {
    this.#stop(winner)
    if (this.#bad !== undefined && this.#bad !== outcome) drop(this.#bad)
    const { length: copies } = this.#copies
    this.#options.ended({ outcome, copies, winner: this.#copies.indexOf(winner) + 1, took: this.#took })
    this.#resolve(outcome)
  }

  #broke(copy: Copy, bug: unknown): void {
    this.#aloft--
    copy.branch.end()
    if (this.#over) return
    this.#stop(copy)
    if (this.#bad !== undefined) drop(this.#bad)
    this.#reject(bug)
  }

  #stop(winner: Copy): void {
    this.#over = true
    if (this.#waiting) this.#call.runtime.alarms.drop(this)
    this.#waiting = false
    if (this.#aloft === 0) return
    const why = new Failure('cancelled', 'CANCELLED', this.#options.name, 'another copy was first')
    for (const copy of this.#copies) if (copy !== winner) copy.branch.cut(why)
  }
}

/** Another copy would be told the same. A failure says nothing of what the other one will bring. */
const isLast = (outcome: Outcome) => !outcome.failed && !verdicts[outcome.verdict].again

/** A server that failed may do better at once; one that asks for time, or says that it was too much, will not. */
function mendsAtOnce({ verdict, retryAfter }: Outcome): boolean {
  const { again, blame } = verdicts[verdict]
  return again && blame === 'server' && retryAfter === undefined
}

function drop(outcome: Outcome): void {
  if (!outcome.failed) outcome.body.discard()
}
