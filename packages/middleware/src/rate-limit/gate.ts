import type { Call, Failure } from '@penstock/core'
import type { Drop, Pacer } from './pacer.ts'
import { Schedule } from './schedule.ts'
import type { Told } from './told.ts'
import { Turn } from './turn.ts'

/** Milliseconds that a refusal adds to the guard. */
const step = 25
/** Milliseconds that nobody goes after a refusal, for each that the guard has grown: one may be bad luck, several are not. */
const pause = 2
/** Milliseconds that each admitted request takes off it again. */
const decay = 0.08

/** Turns for this process alone. */
export class Gate implements Pacer {
  readonly #queue: Turn[] = []
  readonly #schedule: Schedule
  readonly #leastGuard: number
  readonly #mostGuard: number
  readonly #drop: Drop
  /** Those that went before this one say nothing new. */
  #news = 0
  #heard = -1

  constructor(limit: number, window: number, guard: number, drop: Drop) {
    this.#leastGuard = guard
    this.#mostGuard = window
    this.#drop = drop
    this.#schedule = new Schedule(limit, window, guard)
  }

  get waiting(): number {
    return this.#queue.length
  }

  get guard(): number {
    return this.#schedule.guard
  }

  get alone(): undefined {
    return undefined
  }

  idle(now: number): boolean {
    return this.#queue.length === 0 && this.#schedule.idle(now)
  }

  ahead(now: number): number {
    return Math.max(0, this.#schedule.at(this.#queue.length) - now)
  }

  pass(now: number): number {
    return this.#schedule.go(now, now)
  }

  queue(call: Call): Promise<number | Failure> {
    return new Promise((resolve) => new Turn(call, this, resolve))
  }

  join(turn: Turn): void {
    this.#queue.push(turn)
    if (this.#queue[0] === turn) this.#lead()
  }

  leave(turn: Turn): void {
    const place = this.#queue.indexOf(turn)
    if (place === -1) return
    this.#queue.splice(place, 1)
    if (place === 0) this.#lead()
  }

  /** The first in the queue goes, perhaps a little late. */
  follow(turn: Turn, now: number): number {
    const number = this.#schedule.go(now)
    this.leave(turn)
    return number
  }

  admitted(): void {
    const { guard } = this.#schedule
    if (guard > this.#leastGuard) this.#schedule.guard = Math.max(this.#leastGuard, guard - decay)
  }

  /** Several that were under way together are one piece of news. */
  refused(number: number, now: number, after: number | undefined): number {
    const schedule = this.#schedule
    const news = number >= this.#news
    if (news) {
      this.#news = schedule.count
      schedule.guard = Math.min(this.#mostGuard, schedule.guard + step)
    }
    schedule.hold(now + (after ?? (news ? Math.min(schedule.window, pause * (schedule.guard - this.#leastGuard)) : 0)))
    this.#move(now)
    return schedule.at(0) - now
  }

  heard(number: number, now: number, { remaining, reset }: Told): number | undefined {
    if (remaining === undefined || reset === undefined || number < this.#heard) return undefined
    const before = this.#schedule.at(0)
    this.#heard = number
    this.#schedule.allow(number + remaining, now + reset)
    const after = this.#schedule.at(0)
    if (after === before) return undefined
    this.#move(now)
    return after > before ? after - now : undefined
  }

  pace(limit: number, window: number): void {
    this.#schedule.pace(limit, window)
  }

  #lead(): void {
    this.#queue[0]?.lead(this.#schedule.at(0))
  }

  /** The turns have moved: who no longer fits leaves, the first waits anew. */
  #move(now: number): void {
    let place = 0
    for (const turn of this.#queue.slice()) {
      const at = this.#schedule.at(place)
      if (at >= turn.call.deadlineAt) turn.cut(this.#drop(turn.call, at - now))
      else place++
    }
    this.#lead()
  }
}
