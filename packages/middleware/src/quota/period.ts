/** A stretch of time with an allowance of its own. Times are those of the wall clock. */
export type Period = {
  /** `2026-01-31`, or `total`. */
  readonly id: string
  readonly startsAt: number
  readonly endsAt: number
}

const total: Period = { id: 'total', startsAt: -Infinity, endsAt: Infinity }

/** Longer than any day: a zone that leaves summer time has one of 25 hours. */
const longestDay = 26 * 60 * 60 * 1000

/**
 * Which period a time falls into.
 *
 * @param zone an IANA name, for days
 * @throws RangeError when there is no such zone
 */
export function periods(per: 'day' | 'total', zone: string): (date: number) => Period {
  // the Swedish write a date as ISO does
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' })
  if (per === 'total') return () => total
  const dayOf = (date: number) => format.format(date)

  /** The first millisecond after `low` of the day that `high` is in, or of one between. A night may lack its midnight. */
  function turn(low: number, high: number): number {
    const day = dayOf(low)
    let [before, after] = [Math.floor(low), Math.ceil(high)]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (dayOf(middle) === day) before = middle
      else after = middle
    }
    return after
  }

  /** As {@link turn}, backwards. */
  function start(date: number): number {
    const day = dayOf(date)
    let [before, after] = [Math.floor(date) - longestDay, Math.ceil(date)]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (dayOf(middle) === day) after = middle
      else before = middle
    }
    return after
  }

  let last: Period | undefined
  return (date) => {
    if (last !== undefined && date >= last.startsAt && date < last.endsAt) return last
    return (last = { id: dayOf(date), startsAt: start(date), endsAt: turn(date, date + longestDay) })
  }
}
