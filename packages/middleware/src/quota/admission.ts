import { type Call, Failure, notes, refused } from '@penstock/core'
import type { Tally } from './tally.ts'

const says = notes('quota', {
  spent: ['refuses: {used} of {limit} calls are used', '拒绝：已用 {used}/{limit} 次'],
  parked: ['refuses: the server has said that the quota is used', '拒绝：服务器已表示额度用尽'],
  gone: [
    'refuses: its share is used, and the count of all cannot be asked',
    '拒绝：本进程份额已用完，且无法查询总用量',
  ],
})

/** Takes one of the allowance for a call: gives nothing when it may go, and must be settled then. */
export function admission(limit: number, name: string): (call: Call, tally: Tally) => Promise<Failure | undefined> {
  function parked(call: Call, { parkedUntil }: Tally): Failure | undefined {
    if (call.clock.date() >= parkedUntil) return undefined
    call.note(says.parked, {}, name)
    const because = `the server has said that the quota is used${free(parkedUntil)}`
    return refused('QUOTA_SPENT', name, because, until(call, parkedUntil))
  }

  return async (call, tally) => {
    const before = parked(call, tally)
    if (before !== undefined) return before
    const taking = await tally.take(call)
    if (taking instanceof Failure) return taking
    if (taking === 'taken') {
      // another process may have been told
      const since = parked(call, tally)
      if (since !== undefined) tally.settle(false)
      return since
    }
    const { used, period } = tally
    call.note(taking === 'spent' ? says.spent : says.gone, { used, limit }, name)
    if (taking === 'gone')
      return refused('QUOTA_SPENT', name, 'its share is used, and the count of all cannot be asked', 1000)
    const because = `${used} of ${limit} calls are used${free(period.endsAt)}`
    return refused('QUOTA_SPENT', name, because, until(call, period.endsAt))
  }
}

/** Milliseconds to a time by the wall clock; undefined for never. */
const until = (call: Call, date: number) => (date === Infinity ? undefined : date - call.clock.date())

const free = (date: number) => (date === Infinity ? '' : `: free again at ${new Date(date).toISOString()}`)
