import type { Middleware } from '../../layer.ts'
import { expect, type Promised, rig, standing } from './rig.ts'

const throwing: Readonly<Record<string, (bug: unknown) => Middleware>> = {
  'at once': (bug) => () => {
    throw bug
  },
  later: (bug) => async () => {
    await Promise.resolve()
    throw bug
  },
  'after an answer': (bug) => async (call, next) => {
    const outcome = await next(call)
    if (!outcome.failed) outcome.body.discard()
    throw bug
  },
}

export const bugChecks: readonly Promised[] = Object.entries(throwing).flatMap(([when, bugged]) =>
  [new TypeError('a bug inside'), 'a text that was thrown'].map((bug) => ({
    promise: `lets ${bug instanceof Error ? 'an error' : 'a text'} that is thrown inside it ${when} pass untouched`,
    async run(subject) {
      const rigged = rig(subject, [200], { inner: bugged(bug) })
      const call = rigged.text()
      await rigged.clock.advance(10_000)
      const { settled, value } = await standing(rigged, call)
      expect(settled, rigged.name, `with a bug inside it, thrown ${when}`, 'the call went on')
      expect(value === bug, rigged.name, `with a bug inside it, thrown ${when}`, `${String(value)} came out`)
      rigged.empty('after a bug')
    },
  })),
)
