/** How the limit moves, one batch of answers after another. */
import { describe, expect, it } from 'vitest'
import { Gradient, type GradientOptions } from '../../packages/middleware/src/adaptive-concurrency/gradient.ts'

function limit(options: Partial<GradientOptions> = {}) {
  const gradient = new Gradient({ limit: 20, minLimit: 1, maxLimit: 1000, ...options })
  let now = 0
  /** So many answers that took so long, with so many in flight; the clock stands still meanwhile. */
  const answers = (
    took: number,
    { count = Math.max(20, Math.ceil(gradient.value)), used = gradient.value, pass = took } = {},
  ) => {
    now += pass
    let lowered = false
    for (let index = 0; index < count; index++) lowered = gradient.answered(took, used, now)
    return lowered
  }
  const overloads = (took: number, count = 20) => {
    now += took
    for (let index = 0; index < count; index++) gradient.overloaded(took, gradient.value, now)
  }
  return { gradient, answers, overloads, at: (time: number) => void (now = time) }
}

describe('the limit', () => {
  it('grows by half with each batch until one is slow, and by its root from then on', () => {
    const { gradient, answers } = limit()
    const seen = [100, 100, 300, 100].map((took) => (answers(took), Math.round(gradient.value * 100) / 100))
    expect(seen).toEqual([30, 45, 36.71, 42.77])
  })

  it('falls by how much slower than twice the unloaded time answers are, to half at most', () => {
    const seen = [200, 201, 250, 400, 10_000].map((took) => {
      const { gradient, answers } = limit()
      answers(100)
      const lowered = answers(took, { pass: 100 })
      return [took, lowered, Math.round(gradient.value * 100) / 100]
    })
    expect(seen).toEqual([
      [200, false, 45],
      [201, false, 35.33],
      [250, true, 29.48],
      [400, true, 20.48],
      [10_000, true, 20.48],
    ])
  })

  it('moves only with a batch that used four fifths of it', () => {
    const { gradient, answers } = limit()
    answers(100)
    const before = gradient.value
    answers(100, { used: 23.9 })
    const after = gradient.value
    answers(100, { used: 24 })
    expect([before, after, gradient.value]).toEqual([30, 30, 45])
  })

  it('moves only with a whole flight: as many answers as may be in flight, twenty at least', () => {
    const { gradient, answers } = limit({ limit: 40 })
    answers(100, { count: 39 })
    const before = gradient.value
    answers(100, { count: 1 })
    const small = limit({ limit: 5 })
    small.answers(100, { count: 19 })
    const few = small.gradient.value
    small.answers(100, { count: 1 })
    expect([before, gradient.value, few, small.gradient.value]).toEqual([40, 60, 5, 7.5])
  })

  it('stays between its bounds', () => {
    const low = limit({ minLimit: 18 })
    low.answers(100)
    low.answers(10_000)
    low.answers(10_000)
    const high = limit({ maxLimit: 25 })
    high.answers(100)
    expect([low.gradient.value, high.gradient.value]).toEqual([18, 25])
  })

  it('takes an attempt that ran out of time for three times as long, and a quick overload for twice too slow', () => {
    const timeouts = limit()
    timeouts.answers(100)
    timeouts.overloads(100, 30)
    const busy = limit()
    busy.answers(100)
    busy.overloads(0, 30)
    expect([timeouts.gradient, busy.gradient].map(({ took, value }) => [took, Math.round(value * 100) / 100])).toEqual([
      [400, 20.48],
      [400, 20.48],
    ])
    const slow = limit()
    slow.answers(100)
    slow.overloads(1000, 30)
    expect(slow.gradient.took).toBe(3000)
  })

  it('takes a call that was given up for what it had waited, beyond twice the unloaded time', () => {
    const { gradient, answers } = limit()
    answers(100)
    for (let index = 0; index < 30; index++) gradient.givenUp(200, 30, 1000)
    const before = gradient.took
    for (let index = 0; index < 30; index++) gradient.givenUp(201, 30, 1000)
    expect([before, gradient.took]).toEqual([100, 201])
  })
})

describe('the unloaded time', () => {
  it('is that of the first batch, and the least of those that use the limit', () => {
    const { gradient, answers } = limit()
    const seen = [100, 80, 120].map((took) => (answers(took), gradient.unloaded))
    expect(seen).toEqual([100, 80, 80])
  })

  it('is followed, up and down, while less than half of the limit is in use', () => {
    const { gradient, answers } = limit()
    const seen = [100, 200, 20].map((took) => (answers(took, { used: 9.9 }), gradient.unloaded))
    answers(200, { used: 10 })
    expect([...seen, gradient.unloaded, gradient.value]).toEqual([100, 120, 100, 100, 20])
  })

  it('is measured every 10 s with half of the limit, by a batch that was sent when the rest had been answered', () => {
    const { gradient, answers, at } = limit({ maxLimit: 40 })
    answers(100)
    at(10_049)
    answers(100, { pass: 50 })
    const before = gradient.value
    at(10_100)
    const lowered = answers(150, { pass: 0 })
    const held = gradient.value
    // sent at 10 249, when what was ahead of it was not answered yet
    at(10_349)
    answers(100, { pass: 0 })
    for (let index = 0; index < 20; index++) {
      gradient.overloaded(100, 20, 10_349)
      gradient.givenUp(500, 20, 10_749)
    }
    const ignored = [gradient.value, gradient.unloaded]
    at(10_350)
    answers(100, { pass: 0, used: 20 })
    expect([before, lowered, held, ignored, gradient.value, gradient.unloaded]).toEqual([
      40,
      false,
      20,
      [20, 100],
      40,
      100,
    ])
  })

  it('is measured early when three batches in a row have lowered the limit, but not within 3 s of the last time', () => {
    const { gradient, answers, at } = limit()
    answers(100)
    for (const time of [2000, 2500, 3099]) {
      at(time)
      answers(300, { pass: 0 })
    }
    const before = gradient.value
    at(3100)
    answers(300, { pass: 0 })
    const held = gradient.value
    at(4000)
    answers(180, { pass: 0, used: held })
    expect([gradient.unloaded, gradient.value / held, before > held]).toEqual([180, 2, true])
  })

  it('is not measured early when a batch in between kept its pace', () => {
    const { gradient, answers, at } = limit()
    answers(100)
    at(4000)
    for (const took of [300, 300, 100, 300, 300]) answers(took, { pass: 0 })
    const growing = gradient.value
    answers(100, { pass: 0 })
    expect(gradient.value).toBeGreaterThan(growing)
  })

  it('that was measured is where the next three falls are counted from', () => {
    const { gradient, answers, at } = limit()
    answers(100)
    at(4000)
    for (const took of [300, 300, 300]) answers(took, { pass: 0 })
    const held = gradient.value
    at(5000)
    answers(100, { pass: 0, used: held })
    at(8500)
    answers(300, { pass: 0 })
    answers(300, { pass: 0 })
    const falling = gradient.value
    answers(300, { pass: 0 })
    // half of what the third fall left
    expect(gradient.value).toBeCloseTo(((falling * 2) / 3 + Math.sqrt(falling)) / 2, 10)
  })
})
