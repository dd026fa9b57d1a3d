/** A bound in time that ended what went well so far: asked after all that can stall. */
import { type Cause, cause } from './cause.ts'
import type { Evidence } from './evidence.ts'

export const boundCauses: readonly Cause[] = [
  cause(
    'attempt-timeout',
    ({ code, trip, spent }) => (code === 'ATTEMPT_TIMEOUT' ? { spent, received: trip?.bytesReceived ?? 0 } : undefined),
    [
      'Your own bound for one attempt ended it after {spent:ms}, while the answer was coming in ({received} bytes so far).',
      '单次尝试的时限在 {spent:ms} 时终止了调用，响应仍在到达（已收 {received} 字节）。',
    ],
    ['Raise timeout({ after }).', '提高 timeout({ after })。'],
  ),
  cause(
    'total-deadline',
    deadline,
    [
      'Your own deadline for the whole call ended it after {took:ms}: {made} answered attempt(s) took {answered:ms}, waits in between {waited:ms}.',
      '整个调用的时限在 {took:ms} 时终止：{made} 次已应答的尝试耗时 {answered:ms}，其间等待 {waited:ms}。',
    ],
    ['Raise deadline({ after }), or make fewer attempts.', '提高 deadline({ after })，或减少尝试次数。'],
  ),
]

function deadline({ code, note, flight: { took, trips } }: Evidence) {
  const ranOut = note('retry.does_not_fit')
  if (code !== 'CALL_DEADLINE' && ranOut === undefined) return undefined
  const answered = trips.filter(({ status }) => status !== undefined)
  const sum = trips.reduce((all, { took: one = 0 }) => all + one, 0)
  return {
    took,
    made: answered.length,
    answered: answered.reduce((all, { took: one = 0 }) => all + one, 0),
    waited: Math.max(0, took - sum),
  }
}
