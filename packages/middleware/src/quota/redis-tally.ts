import { randomUUID } from 'node:crypto'
import { type Call, type Clock, Failure, notes, type Timer } from '@penstock/core'
import type { RedisConnection } from '../redis/connection.ts'
import { exchanged, shared, type Told } from './exchange.ts'
import type { Period } from './period.ts'
import type { Taking, Tally } from './tally.ts'

const says = notes('quota', {
  alone: ['Redis is gone: takes one of its share, {left} are left', 'Redis 不可用：使用本进程份额，剩余 {left} 次'],
  slow: ['waits {wait:ms} for Redis to count', '等待 Redis 计数 {wait:ms}'],
})

/** Milliseconds after which a wait for Redis is noted. */
const noted = 50
/** Milliseconds between two looks whether there is something to tell. */
const beat = 200
/** Milliseconds between two exchanges at least while Redis is gone, and at most while the key is in use. */
const [again, hello] = [100, 1000]
/** Milliseconds a key is taken to be in use after its last call. */
const inUse = 600_000

export type RedisTallyOptions = {
  readonly period: Period
  readonly limit: number
  readonly connection: RedisConnection
  /** Where the count lies in Redis. */
  readonly place: string
  readonly whenGone: 'share' | 'refuse'
  readonly name: string
  /** How many processes there were in the period before. */
  readonly processes: number | undefined
}

class Waiter {
  readonly told = Promise.withResolvers<Taking | 'alone'>()
  isGone = false
  isTaken = false
}

/**
 * A count with other processes, through Redis. One exchange is under way at a time and speaks for all calls that wait; it
 * tells the whole count of this process, so that it may be done twice, or be lost. While Redis is gone this process keeps
 * to the share that it was told of before. Why so: docs/decisions/quota.md.
 */
export class RedisTally implements Tally {
  readonly period: Period
  parkedUntil = 0
  readonly #options: RedisTallyOptions
  readonly #keys: readonly [counts: string, live: string]
  readonly #unwatch: () => void
  #me = newName()
  /** Used and under way here. */
  #mine = 0
  /** What others had used when Redis was last heard. */
  #others = 0
  #processes: number | undefined
  #epoch = ''
  #counts: readonly string[] = []
  #waiting: Waiter[] = []
  #flight: Promise<void> | undefined = undefined
  /** How many this process might have, should Redis be gone: none if it never heard of the others. */
  #allowed: number
  /** How many it may have, because Redis is gone; undefined while it is there. */
  #ceiling: number | undefined = undefined
  #clock: Clock | undefined = undefined
  #timer: Timer | undefined = undefined
  #usedAt = 0
  #triedAt = -Infinity

  constructor(options: RedisTallyOptions) {
    const { period, limit, place, connection, processes } = options
    this.period = period
    this.#options = options
    this.#processes = processes
    this.#allowed = processes === undefined ? 0 : Math.floor((limit * shared) / processes)
    this.#keys = [`${place}:counts`, `${place}:live`]
    this.#unwatch = connection.whenReady(() => this.#send())
  }

  get used(): number {
    return this.#others + this.#mine
  }

  get processes(): number | undefined {
    return this.#processes
  }

  async take(call: Call): Promise<Taking> {
    const from = call.clock.now()
    this.#clock = call.clock
    this.#usedAt = from
    this.#beat()
    if (this.#ceiling !== undefined) {
      if (from - this.#triedAt >= again) this.#send()
      return this.#alone(call)
    }
    const waiter = new Waiter()
    this.#waiting.push(waiter)
    this.#send()
    const told = await call.until(waiter.told.promise)
    const wait = call.clock.now() - from
    if (wait >= noted) call.note(says.slow, { wait }, this.#options.name)
    if (!(told instanceof Failure)) return told === 'alone' ? this.#alone(call) : told
    waiter.isGone = true
    // told in the very moment in which the wait was cut
    if (waiter.isTaken) this.settle(false)
    return told
  }

  settle(billed: boolean): void {
    if (!billed) this.#mine--
  }

  park(until: number): void {
    this.parkedUntil = until
    this.#send()
  }

  /** What it has used stays counted; its name does not. */
  async close(): Promise<void> {
    this.#unwatch()
    if (this.#timer !== undefined) this.#clock!.clearTimer(this.#timer)
    this.#timer = undefined
    await this.#flight
    if (this.#epoch === '' || !this.#options.connection.ready) return
    const mine = this.#mine
    const told = await this.#told(0, true).catch(() => undefined)
    if (told === undefined) return
    this.#me = newName()
    this.#mine -= mine
    this.#others = told.total
  }

  #alone(call: Call): Taking {
    if (this.#mine < this.#ceiling!) {
      this.#mine++
      call.note(says.alone, { left: this.#ceiling! - this.#mine }, this.#options.name)
      return 'taken'
    }
    return this.used >= this.#options.limit ? 'spent' : 'gone'
  }

  #send(): void {
    // nobody has asked yet: there is nothing to tell
    if (this.#clock === undefined) return
    this.#flight ??= this.#exchange(this.#clock).finally(() => (this.#flight = undefined))
  }

  async #exchange(clock: Clock): Promise<void> {
    let isBack: boolean
    do {
      isBack = false
      const asking = this.#waiting.splice(0)
      const mine = this.#mine
      this.#triedAt = clock.now()
      const told = await this.#told(asking.length, false).catch(() => undefined)
      if (told !== undefined) isBack = this.#heed(told, mine, asking)
      else {
        this.#fallBack()
        for (const { told } of [...asking, ...this.#waiting.splice(0)]) told.resolve('alone')
      }
    } while (isBack || this.#waiting.length > 0)
  }

  async #told(want: number, leaves: boolean): Promise<Told> {
    const { connection, limit, period } = this.#options
    const left = period.endsAt - this.#clock!.date()
    const telling = {
      me: this.#me,
      mine: this.#mine,
      want,
      limit: limit === Infinity ? -1 : limit,
      parkedUntil: this.parkedUntil,
      life: left === Infinity ? 0 : Math.max(1, Math.ceil(left)) + 3_600_000,
      epoch: this.#epoch,
      fresh: newName(),
      alone: this.#left(),
      leaves,
      restores: undefined,
    }
    const told = await exchanged(connection, this.#keys, telling)
    if (told !== 'lost') return told
    this.#fallBack()
    const again = { ...telling, alone: this.#left(), restores: this.#counts }
    return (await exchanged(connection, this.#keys, again)) as Told
  }

  /** Of its share; below zero while it needs none. */
  #left(): number {
    return this.#ceiling === undefined ? -1 : Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, this.#ceiling - this.#mine))
  }

  /** @returns true when it is to be told once more, since it has used its share up to now */
  #heed(told: Told, mine: number, asking: readonly Waiter[]): boolean {
    const { granted, total, processes, share, isRestoring, counts } = told
    const wasAlone = this.#ceiling !== undefined
    this.#epoch = told.epoch
    this.#others = total - mine - granted
    this.#processes = processes
    this.parkedUntil = Math.max(this.parkedUntil, told.parkedUntil)
    if (counts !== undefined) this.#counts = othersOf(counts, this.#me)
    // until all have told again, each keeps to the share it had before
    if (isRestoring) {
      this.#fallBack()
      for (const { told } of asking) told.resolve('alone')
      return false
    }
    this.#ceiling = undefined
    if (wasAlone) {
      this.#waiting.unshift(...asking)
      return true
    }
    this.#allowed = share < 0 ? Infinity : mine + granted + share
    let left = granted
    for (const waiter of asking) {
      if (waiter.isGone) continue
      if (left-- > 0) {
        waiter.isTaken = true
        this.#mine++
        waiter.told.resolve('taken')
      } else waiter.told.resolve('spent')
    }
    return false
  }

  #fallBack(): void {
    if (this.#ceiling !== undefined) return
    this.#ceiling = this.#options.whenGone === 'refuse' ? -Infinity : this.#allowed
  }

  #beat(): void {
    if (this.#timer !== undefined) return
    const clock = this.#clock!
    this.#timer = clock.setTimer(() => {
      this.#timer = undefined
      const now = clock.now()
      if (now - this.#usedAt > inUse || clock.date() >= this.period.endsAt) return
      if (this.#ceiling !== undefined || now - this.#triedAt >= hello) this.#send()
      this.#beat()
    }, beat)
    this.#timer.unref()
  }
}

const newName = () => `p:${randomUUID()}`

/** Names of processes and their counts; what else lies there has another mark. */
function othersOf(counts: readonly string[], me: string): readonly string[] {
  const others: string[] = []
  for (let at = 0; at < counts.length; at += 2)
    if (counts[at]!.startsWith('p:') && counts[at] !== me) others.push(counts[at]!, counts[at + 1]!)
  return others
}
