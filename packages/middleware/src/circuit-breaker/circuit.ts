import type { Runtime } from '@penstock/core'
import type { Bench, Judge } from './judge.ts'
import { parts, Ring } from './ring.ts'

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated'

export type CircuitLimits = {
  readonly window: number
  readonly latest: number
  readonly probes: number
  readonly openFor: number
  readonly maxOpenFor: number
  readonly probeLease: number
}

/** Leave to send. What comes of it counts only as long as its generation lasts. */
export type Pass = { readonly generation: number; readonly leasedUntil: number }

/** Where time and chance come from. */
export type Times = Pick<Runtime, 'clock' | 'chance'>

export type Turn = 'opens' | 'closes' | undefined

/**
 * One circuit: who gets in, and what counts, is decided here; whether it opens or closes, by the judge. It turns when it
 * is looked at and holds no timer. As long as nothing fails it is a ring of counters, without a judge.
 */
export class Circuit {
  /** Calls that have a pass. */
  inFlight = 0
  /** When it opened last: what the judge had counted. */
  counts: Judge['counts'] = none
  readonly #limits: CircuitLimits
  readonly #bench: Bench
  #state: 'closed' | 'open' | 'half-open' = 'closed'
  #ring: Ring
  #judge: Judge | undefined = undefined
  /** By how many parts the ring had turned at the last failure. */
  #failedIn = 0
  #openUntil = 0
  /** How often it has opened since it was closed. */
  #openings = 0
  #probes: Pass[] = []
  /** What closed circuits hand out: one for all. A generation ends when the circuit closes, and when a failure opens it. */
  #pass: Pass = { generation: 0, leasedUntil: Infinity }
  #holds = 0

  constructor(limits: CircuitLimits, bench: Bench) {
    this.#limits = limits
    this.#bench = bench
    this.#ring = new Ring(limits.window, limits.latest)
  }

  get isolated(): boolean {
    return this.#holds > 0
  }

  state(times: Times): CircuitState {
    this.#look(times)
    return this.isolated ? 'isolated' : this.#state
  }

  /** Undefined when it may not pass. */
  admit(times: Times): Pass | undefined {
    if (this.#state !== 'closed') this.#look(times)
    if (this.isolated || this.#state === 'open') return undefined
    let pass = this.#pass
    if (this.#state === 'half-open') {
      const { probes, probeLease } = this.#limits
      if (this.#probes.length >= probes) return undefined
      pass = { generation: pass.generation, leasedUntil: times.clock.now() + probeLease }
      this.#probes.push(pass)
    }
    this.inFlight++
    return pass
  }

  /**
   * Milliseconds after which asking again makes sense, when it was open or had all its probes out: none, when it has turned
   * since, for time passes between two looks at it.
   */
  wait({ clock }: Times): number {
    const until = this.#state === 'open' ? this.#openUntil : this.#probes[0]?.leasedUntil
    return until === undefined ? 0 : Math.max(0, until - clock.now())
  }

  /** The call is over. `healthy` is undefined when it says nothing about the server. @param now for who knows the time */
  settle(pass: Pass, healthy: boolean | undefined, times: Times, now: number = times.clock.now()): Turn {
    this.inFlight--
    if (pass.leasedUntil !== Infinity) return this.#answer(pass, healthy, times)
    if (healthy === undefined || pass.generation !== this.#pass.generation) return undefined
    return healthy ? this.#passed(now) : this.#failed(times)
  }

  /** Let nobody in until it is released as often. */
  isolate(): void {
    this.#holds++
    this.#nextGeneration()
  }

  release(): void {
    this.#holds--
  }

  /** True when it protects nothing: nobody inside, and closed, or open long beyond its time. */
  idle({ clock }: Times): boolean {
    if (this.inFlight > 0 || this.isolated) return false
    return this.#state === 'closed' || clock.now() >= this.#openUntil + this.#limits.window
  }

  forget(): void {
    this.#judge?.dismiss()
    this.#judge = undefined
  }

  /** What time alone does to it. */
  #look(times: Times): void {
    const now = times.clock.now()
    const lapsed = this.#probes[0]?.leasedUntil ?? Infinity
    // a probe that hangs does not hold the circuit half-open: should it come back well all the same, that closes it
    if (lapsed <= now) {
      this.#probeJudge().failed()
      this.#open(lapsed, times)
    }
    if (this.#state !== 'open' || now < this.#openUntil) return
    this.#state = 'half-open'
    this.#judge = this.#bench('half-open')
  }

  /** A probe is back: the first that says anything decides. */
  #answer(probe: Pass, healthy: boolean | undefined, times: Times): Turn {
    this.#look(times)
    this.#probes = this.#probes.filter((other) => other !== probe)
    if (healthy === undefined || probe.generation !== this.#pass.generation) return undefined
    if (healthy) return this.#probeJudge().passed() ? this.#close() : undefined
    return this.#state === 'half-open' && this.#probeJudge().failed() ? this.#trip(times) : undefined
  }

  /** A probe may outlive its judge: its lease ran out, or a pipeline was closed meanwhile. */
  #probeJudge(): Judge {
    return (this.#judge ??= this.#bench('half-open'))
  }

  #passed(now: number): undefined {
    this.#turn(now)
    this.#ring.count(true)
    this.#judge?.passed()
  }

  #failed(times: Times): Turn {
    this.#turn(times.clock.now())
    this.#judge ??= this.#bench(this.#ring.counts)
    this.#ring.count(false)
    this.#failedIn = this.#ring.turned
    return this.#judge.failed() ? this.#trip(times) : undefined
  }

  /** A judge whose window holds no failure any more has nothing to judge. */
  #turn(now: number): void {
    const steps = this.#ring.turn(now)
    if (this.#judge === undefined) return
    if (this.#ring.turned - this.#failedIn >= parts) this.forget()
    else this.#judge.turn(steps)
  }

  #trip(times: Times): Turn {
    this.#open(times.clock.now(), times)
    this.#nextGeneration()
    return 'opens'
  }

  #open(at: number, { chance }: Times): void {
    const { openFor, maxOpenFor } = this.#limits
    this.counts = this.#judge!.counts
    this.forget()
    this.#state = 'open'
    this.#probes = []
    // half of it by chance, so that many processes do not probe at once
    this.#openUntil = at + Math.min(maxOpenFor, openFor * 2 ** this.#openings++) * (0.5 + chance() / 2)
  }

  #close(): Turn {
    this.forget()
    this.#state = 'closed'
    this.#probes = []
    this.#openings = 0
    // what was counted before it opened is not held against a server that has come back
    this.#ring = new Ring(this.#limits.window, this.#limits.latest)
    this.#nextGeneration()
    return 'closes'
  }

  #nextGeneration(): void {
    this.#pass = { generation: this.#pass.generation + 1, leasedUntil: Infinity }
  }
}

const none: Judge['counts'] = { failures: 0, finished: 0 }
