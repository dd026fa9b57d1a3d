/** Three ways a server may count requests. Each tells whether it admits one that arrives at `at` milliseconds. */
export const limitedServers = {
  'sliding window': (limit: number, window = 1000) => {
    const log: number[] = []
    return (at: number) => {
      while (log.length > 0 && log[0]! <= at - window) log.shift()
      return log.length < limit && log.push(at) > 0
    }
  },
  'fixed second': (limit: number, window = 1000, phase = 0) => {
    let second = NaN
    let count = 0
    return (at: number) => {
      const now = Math.floor((at + phase) / window)
      if (now !== second) [second, count] = [now, 0]
      return count < limit && ++count > 0
    }
  },
  'token bucket': (limit: number, window = 1000) => {
    let tokens = limit
    let filledAt = 0
    return (at: number) => {
      tokens = Math.min(limit, tokens + ((at - filledAt) * limit) / window)
      filledAt = at
      return tokens >= 1 && (tokens -= 1) > -1
    }
  },
} as const

export type ServerKind = keyof typeof limitedServers
