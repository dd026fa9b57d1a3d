import { type Call, type Clock, type Failure, refused } from '@penstock/core'
import { OwnShare } from './own-share.ts'
import type { Pacer } from './pacer.ts'
import { RedisClock } from './redis-clock.ts'
import { argumentsOf, farewell, type Grant, type Granted, grantedOf, reservation } from './reservation.ts'
import { cold, Schedule } from './schedule.ts'
import type { RedisGateOptions } from './sharing.ts'
import type { Told } from './told.ts'
import { Turn } from './turn.ts'

/** Milliseconds of turns that are asked for ahead, so that the way to Redis costs none. */
const ahead = 100
/** Turns asked for at once, at most. */
const most = 64
/** Milliseconds without an answer after which a process goes alone. */
const patience = 250
/** Milliseconds by which a turn may be late without Redis being told. */
const late = 1

/** Turns at a limit that several processes share: Redis gives them out, a few at a time, and each process waits for its own. */
export class RedisGate implements Pacer {
  readonly #options: RedisGateOptions
  readonly #clock: Clock
  readonly #queue: Turn[] = []
  /** Turns that are ours and have not come, the next one first. By our clock. */
  readonly #turns: Grant[] = []
  #late: (readonly [string, number])[] = []
  #back: string[] = []
  #news: { readonly refusedAt: number; readonly after: number } | undefined = undefined
  #asking: symbol | undefined = undefined
  #guard: number
  #processes: number
  readonly #redis = new RedisClock()
  #heldUntil = -Infinity
  #lastAt = -Infinity
  #warmAt: number | undefined = undefined
  readonly #share = new OwnShare()
  #returns = false
  #triedAt = -Infinity

  constructor(options: RedisGateOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#guard = options.guard
    this.#processes = options.processes
  }

  get waiting(): number {
    return this.#queue.length
  }

  get guard(): number {
    return this.#guard
  }

  get alone(): number | undefined {
    return this.#own && this.#processes
  }

  idle(now: number): boolean {
    return this.#queue.length === 0 && this.#turns.length === 0 && this.#at(0) <= now && this.#asking === undefined
  }

  ahead(now: number): number {
    return Math.max(0, this.#at(this.#queue.length) - now)
  }

  /** Nobody goes without a turn of Redis. */
  pass(): undefined {
    return undefined
  }

  queue(call: Call<any>): Promise<number | Failure> {
    if (this.#own !== undefined) this.#try()
    if (this.#own !== undefined && this.#options.alone === 'refuse') return Promise.resolve(this.#refusal())
    return new Promise((resolve) => new Turn(call, this, resolve))
  }

  join(turn: Turn): void {
    this.#queue.push(turn)
    this.#lead()
    this.#ask()
  }

  leave(turn: Turn): void {
    const place = this.#queue.indexOf(turn)
    if (place === -1) return
    this.#queue.splice(place, 1)
    // nobody is left for these
    for (const { id } of this.#turns.splice(this.#queue.length)) this.#back.push(id)
    if (place === 0) this.#lead()
    this.#ask()
  }

  /** @returns when it went: that is what it goes by in {@link refused} */
  follow(turn: Turn, now: number): number {
    this.#lastAt = now
    const mine = this.#turns.shift()
    if (mine === undefined) this.#own?.go(now)
    else {
      this.#warmAt ??= now + this.#options.window
      const at = now < this.#warmAt ? now + cold * this.#guard : now
      if (at - mine.at > late) this.#late.push([mine.id, at])
    }
    this.leave(turn)
    this.#try()
    return now
  }

  /** Redis narrows the guard with each turn that it gives. */
  admitted(): void {}

  refused(sentAt: number, now: number, after: number | undefined): number {
    // without a time from the server Redis says how long
    this.#heldUntil = Math.max(this.#heldUntil, now + (after ?? 0))
    this.#own?.hold(this.#heldUntil)
    this.#news = { refusedAt: Math.max(0, this.#redis.theirs(sentAt)), after: after ?? -1 }
    this.#move(now)
    this.#ask()
    return Math.max(0, this.#at(0) - now)
  }

  heard(_sentAt: number, now: number, { remaining, reset }: Told): number | undefined {
    if (remaining !== 0 || reset === undefined || now + reset <= this.#at(0)) return undefined
    this.#heldUntil = now + reset
    this.#own?.hold(this.#heldUntil)
    this.#news ??= { refusedAt: -1, after: reset }
    this.#move(now)
    this.#ask()
    return reset
  }

  pace(): void {}

  /** Gives back what it has, and is counted no more. */
  async close(): Promise<void> {
    const { connection, keys, me } = this.#options
    const ids = [...this.#turns.splice(0).map(({ id }) => id), ...this.#back.splice(0)]
    if (connection.ready) await connection.run(farewell, keys, [me, ...ids]).catch(() => {})
  }

  get #lastTurn(): number {
    return this.#turns.at(-1)?.at ?? this.#lastAt
  }

  /** While Redis is gone. */
  get #own(): Schedule | undefined {
    return this.#share.schedule
  }

  /** Milliseconds in which each process has one turn. */
  get #round(): number {
    return ((this.#options.window + this.#guard) * this.#processes) / this.#options.limit
  }

  /** When the one behind `place` others goes, as far as is known. */
  #at(place: number): number {
    const mine = this.#turns[place]
    if (mine !== undefined) return Math.max(mine.at, this.#heldUntil)
    const behind = place - this.#turns.length
    if (this.#own !== undefined) return Math.max(this.#own.at(behind), this.#heldUntil)
    // at the soonest: the others may want none
    return Math.max(this.#lastTurn + ((behind + 1) * this.#round) / this.#processes, this.#heldUntil)
  }

  #lead(): void {
    this.#queue[0]?.lead(this.#turns.length > 0 || this.#own !== undefined ? this.#at(0) : Infinity)
  }

  /** Who no longer fits leaves, the first waits anew. */
  #move(now: number): void {
    let place = 0
    for (const turn of this.#queue.slice()) {
      const at = this.#at(place)
      if (at >= turn.call.deadlineAt) turn.cut(this.#options.drop(turn.call, at - now))
      else place++
    }
    this.#lead()
  }

  /** Tells Redis what there is to tell, and asks for turns when those that are there run out. */
  #ask(): void {
    if (this.#asking !== undefined || this.#own !== undefined) return
    const { window, limit } = this.#options
    const batch = Math.min(most, Math.ceil((ahead * limit) / (window + this.#guard)))
    const room = Math.min(this.#queue.length, batch) - this.#turns.length
    const count = this.#turns.length <= batch / 2 ? Math.max(0, room) : 0
    if (count > 0 || this.#back.length > 0 || this.#news !== undefined) this.#send(count)
  }

  #send(count: number): void {
    const { me, limit, window, guard } = this.#options
    const { known } = this.#redis
    const last = this.#lastTurn
    const { refusedAt, after } = (known && this.#news) || { refusedAt: -1, after: -1 }
    const asked = argumentsOf({
      me,
      limit,
      window,
      guard,
      count,
      returns: this.#returns || this.#own !== undefined,
      own: known && last > -Infinity ? this.#redis.theirs(Math.max(this.#share.resumeAt, last + this.#round)) : 0,
      share: this.#processes,
      refusedAt,
      after,
      late: this.#late.map(([id, at]) => [id, this.#redis.theirs(at)] as const),
      back: this.#back,
    })
    this.#late = []
    this.#back = []
    this.#news = undefined
    void this.#exchange(asked, (this.#asking = Symbol('asking')))
  }

  async #exchange(asked: (string | number)[], asking: symbol): Promise<void> {
    const { connection, keys } = this.#options
    const timer = this.#clock.setTimer(() => this.#lost(asking), patience)
    timer.unref()
    const granted = await connection.run(reservation, keys, asked).then(grantedOf, () => undefined)
    this.#clock.clearTimer(timer)
    if (granted === undefined) this.#lost(asking)
    else this.#answered(granted, asking)
  }

  #answered(granted: Granted, asking: symbol): void {
    const { now: theirs, guard, processes, hold, grants } = granted
    const now = this.#clock.now()
    this.#redis.heard(theirs, now)
    if (this.#asking !== asking) {
      // too late: somebody went in its stead
      this.#back.push(...grants.map(({ id }) => id))
      return
    }
    this.#asking = undefined
    this.#guard = guard
    this.#processes = Math.max(1, processes)
    if (hold > 0) this.#heldUntil = Math.max(this.#heldUntil, this.#redis.ours(hold))
    if (this.#own !== undefined) {
      this.#share.end()
      this.#returns = true
    } else if (grants.length > 0) this.#returns = false
    if (granted.ordered) {
      // the others may have had a turn each since
      const turns = granted.place + this.#processes
      this.#share.plan(this.#redis.ours(granted.even) + (turns * this.#round) / this.#processes)
    }
    this.#turns.push(...grants.map(({ id, at }) => ({ id, at: this.#redis.ours(at) })))
    this.#turns.sort((one, other) => one.at - other.at)
    for (const { id } of this.#turns.splice(this.#queue.length)) this.#back.push(id)
    this.#move(now)
    this.#ask()
  }

  /** No answer: this process goes on alone, at its share, in the rhythm that it had. */
  #lost(asking: symbol): void {
    if (this.#asking !== asking) return
    this.#asking = undefined
    this.#triedAt = this.#clock.now()
    if (this.#own === undefined) {
      const { limit, window } = this.#options
      // nobody is left who would know them
      this.#back = []
      this.#late = []
      const schedule = new Schedule(limit / this.#processes, window, this.#guard, -Infinity)
      this.#share.begin(schedule, this.#lastTurn, this.#round, Math.max(this.#triedAt, this.#heldUntil))
    }
    if (this.#options.alone === 'refuse')
      for (const turn of this.#queue.slice(this.#turns.length)) turn.cut(this.#refusal())
    this.#move(this.#triedAt)
  }

  /** Whether Redis is back is asked with the calls, and when its connection is. */
  returned(): void {
    if (this.#own !== undefined && this.#asking === undefined) this.#send(0)
  }

  #try(): void {
    if (this.#own !== undefined && this.#clock.now() - this.#triedAt >= patience) this.returned()
  }

  #refusal(): Failure {
    return refused('LIMIT_UNSHARED', this.#options.name, 'Redis, where processes share this limit, is gone', 1000)
  }
}
