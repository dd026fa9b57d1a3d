import type { Middleware } from '../../layer.ts'
import { expect, type Promised, rig, type Rig, standing } from './rig.ts'

const bugged: Middleware = async (call, next) => {
  if (call.path.includes('bug')) throw new TypeError('a bug inside')
  return next(call)
}

/** A hundred calls that end in every way but well, two at a time, and are nobody's fault but the caller's. */
async function endBadly(rigged: Rig): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const abort = new AbortController()
    const calls = [
      rigged.text({ path: `/bug/${round}` }),
      rigged.text({ path: `/hang/${round}`, signal: abort.signal }),
    ]
    await rigged.clock.advance(0)
    abort.abort('enough')
    await rigged.clock.advance(10_000)
    await Promise.all(calls)
  }
}

export const releaseChecks: readonly Promised[] = [
  {
    promise:
      'gives back what it takes: after a hundred calls that were aborted or hit a bug, the next is like the first',
    async run(subject) {
      const fresh = rig(subject, [200], { inner: bugged })
      const first = fresh.text()
      await fresh.clock.advance(60_000)
      const rigged = rig(subject, [200], { inner: bugged })
      await endBadly(rigged)
      rigged.empty('after a hundred calls')
      const next = rigged.text()
      await rigged.clock.advance(60_000)
      const [before, after] = [await standing(fresh, first), await standing(rigged, next)]
      const same = after.settled && String(after.value) === String(before.value)
      expect(same, rigged.name, 'after a hundred calls', `${String(after.value)} came and not ${String(before.value)}`)
    },
  },
  {
    promise: 'ends what is in flight when its client closes, and closes twice',
    async run(subject) {
      const rigged = rig(subject, ['hangs'])
      const call = rigged.text()
      await rigged.clock.advance(0)
      const closing = rigged.http.close({ within: 10 })
      await rigged.clock.advance(10)
      const { settled } = await standing(rigged, Promise.all([call, closing]))
      expect(settled, rigged.name, 'closed with a call in flight', 'the call went on, or close() did')
      await rigged.stack.close()
      rigged.empty('closed')
    },
  },
]
