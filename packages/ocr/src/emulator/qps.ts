export type QpsWindow = 'sliding' | 'fixed' | 'bucket'

/** Whether one more request may pass at `now`, in milliseconds. A request that may not is not counted. */
export type Gate = (key: string, now: number) => boolean

const second = 1000

/** At most `limit` requests a second for each key. */
export const qps = (limit: number, window: QpsWindow): Gate => {
  const gates = new Map<string, (now: number) => boolean>()
  return (key, now) => {
    let gate = gates.get(key)
    if (!gate) gates.set(key, (gate = windows[window](limit)))
    return gate(now)
  }
}

/** At most `limit` requests a day for each key. A day ends at midnight in Shanghai, where the service lives. */
export const daily = (limit: number): Gate => {
  const counts = new Map<string, { day: number; used: number }>()
  return (key, now) => {
    const day = Math.floor((now + 8 * 3_600_000) / 86_400_000)
    const count = counts.get(key)
    const used = count?.day === day ? count.used : 0
    if (used >= limit) return false
    counts.set(key, { day, used: used + 1 })
    return true
  }
}

const windows: Readonly<Record<QpsWindow, (limit: number) => (now: number) => boolean>> = {
  sliding(limit) {
    let passed: number[] = []
    return (now) => {
      passed = passed.filter((at) => now - at < second)
      return passed.length < limit && passed.push(now) > 0
    }
  },
  fixed(limit) {
    let current = NaN
    let used = 0
    return (now) => {
      const started = Math.floor(now / second)
      if (started !== current) used = 0
      current = started
      return used < limit && ++used > 0
    }
  },
  bucket(limit) {
    let tokens = limit
    let filled: number | undefined
    return (now) => {
      tokens = Math.min(limit, tokens + ((now - (filled ?? now)) * limit) / second)
      filled = now
      if (tokens < 1) return false
      tokens -= 1
      return true
    }
  },
}
