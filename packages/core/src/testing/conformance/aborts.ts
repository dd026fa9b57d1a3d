import type { Middleware } from '../../layer.ts'
import type { Act } from './probe.ts'
import { expect, type Promised, rig, standing } from './rig.ts'

/** Where a call can be when its caller goes: in flight, in the body, and in every wait of the layer's own. */
const states: readonly (readonly Act[])[] = [
  ['hangs'],
  ['stalls'],
  [503, 'hangs'],
  ['breaks', 'hangs'],
  [429, 'hangs'],
  [401, 'hangs'],
]
const moments = [0, 1, 20, 90, 400, 1500, 6000]

const ends = (acts: readonly Act[]): Promised => ({
  promise: `ends at once when its caller aborts, with the caller’s own reason, on a server that gives ${acts.join(', then ')}`,
  async run(subject) {
    for (const moment of moments) {
      const rigged = rig(subject, acts)
      const abort = new AbortController()
      const reason = { the: 'caller’s own' }
      const call = rigged.text({ signal: abort.signal })
      await rigged.clock.advance(moment)
      if ((await standing(rigged, call)).settled) return rigged.empty(`${moment} ms after it began`, abort.signal)
      abort.abort(reason)
      const when = `aborted ${moment} ms after it began`
      const { settled, value } = await standing(rigged, call)
      expect(settled, rigged.name, when, 'the call went on')
      expect(value === reason, rigged.name, when, `it ended with ${String(value)} and not with the caller's reason`)
      rigged.empty(when, abort.signal)
    }
  },
})

const briefly: Middleware = (call, next) =>
  next(call.within({ after: 70, layer: 'the kit', code: 'CALL_DEADLINE', verdict: 'late' }))

const late = (acts: readonly Act[]): Promised => ({
  promise: `is over at the deadline, on a server that gives ${acts.join(', then ')}`,
  async run(subject) {
    const rigged = rig(subject, acts, { outer: briefly })
    const call = rigged.text()
    await rigged.clock.advance(70)
    const { settled } = await standing(rigged, call)
    expect(settled, rigged.name, '70 ms after it began, with 70 ms to live', 'the call went on')
    rigged.empty('after its deadline')
  },
})

export const abortChecks: readonly Promised[] = [
  ...states.map(ends),
  ...states.map(late),
  {
    promise: 'sends nothing for a caller who has gone before',
    async run(subject) {
      const rigged = rig(subject, [200])
      const reason = new Error('gone before')
      const signal = AbortSignal.abort(reason)
      const { settled, value } = await standing(rigged, rigged.text({ signal }))
      expect(settled && value === reason, rigged.name, 'aborted before it began', 'the caller did not get his reason')
      expect(rigged.probe.arrivals.length === 0, rigged.name, 'aborted before it began', 'something was sent')
      rigged.empty('aborted before it began', signal)
    },
  },
  {
    promise: 'leaves no listener after a thousand calls on one signal',
    async run(subject) {
      const rigged = rig(subject, [200])
      const { signal } = new AbortController()
      for (let count = 0; count < 1000; count++) {
        const call = rigged.text({ signal, path: `/things/${count}` })
        await rigged.clock.drain(60_000)
        await call
      }
      rigged.empty('after a thousand calls', signal)
    },
  },
]
