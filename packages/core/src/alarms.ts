import type { Clock, Timer } from './clock.ts'

/** Something that wants to be told when a time has come. The links are the queue's own. */
export type Alarm = {
  dueAt: number
  earlier: Alarm | undefined
  later: Alarm | undefined
  due(): void
}

const grain = 8
const size = 512
const round = grain * size

/**
 * One timer for all deadlines and waits of a clock. They hash into slots of 8 ms, 4 s to a round, so adding and dropping
 * is a few pointer writes. The timer stands at the earliest, exact to the millisecond; with nothing waiting it is
 * unreferenced and runs out once.
 */
export class Alarms {
  readonly #clock: Clock
  readonly #slots: (Alarm | undefined)[] = Array.from({ length: size }, () => undefined)
  #count = 0
  #timer: Timer | undefined = undefined
  #timerAt = Infinity
  #source: unknown = undefined
  #sweptTo = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many wait. */
  get count(): number {
    return this.#count
  }

  add(alarm: Alarm): void {
    const slot = slotOf(alarm.dueAt)
    const first = this.#slots[slot]
    alarm.later = first
    if (first !== undefined) first.earlier = alarm
    this.#slots[slot] = alarm
    if (this.#source !== this.#clock.source) this.#restart()
    else if (this.#count === 0) this.#timer?.ref()
    this.#count++
    if (alarm.dueAt < this.#timerAt) this.#arm(alarm.dueAt)
  }

  drop(alarm: Alarm): void {
    const { earlier, later } = alarm
    if (later !== undefined) later.earlier = earlier
    if (earlier !== undefined) earlier.later = later
    else this.#slots[slotOf(alarm.dueAt)] = later
    alarm.earlier = alarm.later = undefined
    if (--this.#count === 0) this.#timer?.unref()
  }

  /** Timers that were exchanged since are another clock: start anew on it, also for those who wait already. */
  #restart(): void {
    this.#timer = undefined
    this.#timerAt = Infinity
    this.#sweptTo = -Infinity
    if (this.#count > 0) this.#arm(this.#clock.now())
  }

  #arm(at: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer)
    this.#source = this.#clock.source
    this.#timerAt = at
    this.#timer = this.#clock.setTimer(this.#sweep, Math.max(1, Math.ceil(at - this.#clock.now())))
  }

  #sweep = (): void => {
    this.#timer = undefined
    this.#timerAt = Infinity
    const time = this.#clock.now()
    const from = Math.max(this.#sweptTo, time - round + grain)
    this.#sweptTo = time - grain
    const due: Alarm[] = []
    for (let at = from; at < time + grain; at += grain)
      for (let alarm = this.#slots[slotOf(at)]; alarm !== undefined; alarm = alarm.later)
        if (alarm.dueAt <= time) due.push(alarm)
    for (const alarm of due) {
      // one that rang before it may have ended this one
      if (!this.#holds(alarm)) continue
      this.drop(alarm)
      alarm.due()
    }
    if (this.#count === 0) return
    const earliest = this.#earliest(time)
    if (earliest < this.#timerAt) this.#arm(earliest)
  }

  #holds(alarm: Alarm): boolean {
    return alarm.earlier !== undefined || this.#slots[slotOf(alarm.dueAt)] === alarm
  }

  /** The earliest of this round, or the end of the round when there is only something later. */
  #earliest(time: number): number {
    for (let at = time; at < time + round; at += grain) {
      const end = (Math.floor(at / grain) + 1) * grain
      let found = end
      for (let alarm = this.#slots[slotOf(at)]; alarm !== undefined; alarm = alarm.later)
        found = Math.min(found, alarm.dueAt)
      if (found < end) return found
    }
    return time + round - grain
  }
}

const slotOf = (time: number) => Math.floor(time / grain) & (size - 1)
