import type { Call } from '../../call.ts'
import type { Middleware, Next } from '../../layer.ts'
import { isOutcome, refused } from '../../outcome.ts'
import { Secret } from '../../secret.ts'
import { Result } from '../../result.ts'
import { expect, type Promised, rig, standing } from './rig.ts'

const frozen: Middleware = (call: Call<any>, next: Next) => {
  Object.freeze(call.headers)
  return next(Object.freeze(call))
}
const refuses: Middleware = async () => refused('NOT_TODAY', 'the kit', 'a layer inside says no')
const canary = 'c4n4ry-0f-th3-k1t'

export const callChecks: readonly Promised[] = [
  {
    promise: 'gives an outcome whatever the server does, and throws nothing',
    async run(subject) {
      for (const act of [200, 204, 301, 401, 404, 429, 500, 503, 'breaks'] as const) {
        const rigged = rig(subject, [act])
        const call = rigged.outcome()
        await rigged.clock.advance(600_000)
        const { settled, value } = await standing(rigged, call)
        const when = `on a server that gives ${act}`
        expect(settled, rigged.name, when, 'the call went on')
        expect(isOutcome(value), rigged.name, when, `${String(value)} came out`)
        if (!value.failed) value.body.discard()
        rigged.empty(when)
      }
    },
  },
  {
    promise: 'takes a refusal from inside as an outcome',
    async run(subject) {
      const rigged = rig(subject, [200], { inner: refuses })
      const call = rigged.outcome()
      await rigged.clock.advance(600_000)
      const { settled, value } = await standing(rigged, call)
      expect(settled && isOutcome(value), rigged.name, 'refused from inside', `${String(value)} came out`)
      expect(rigged.probe.arrivals.length === 0, rigged.name, 'refused from inside', 'something was sent')
      rigged.empty('refused from inside')
    },
  },
  {
    promise: 'changes no call that it is given',
    async run(subject) {
      const rigged = rig(subject, [200], { outer: frozen })
      const call = rigged.text({ headers: { 'x-given': 'as it is' } })
      await rigged.clock.advance(60_000)
      const value = await call
      expect(!(value instanceof TypeError), rigged.name, 'given a frozen call', String(value))
      rigged.empty('given a frozen call')
    },
  },
  {
    promise: 'hands every one of forty callers side by side the answer to his own question',
    async run(subject) {
      const rigged = rig(subject, [200])
      const paths = Array.from({ length: 40 }, (_, index) => `/things/${index}`)
      const calls = paths.map((path) => rigged.text({ path }))
      await rigged.clock.advance(600_000)
      for (const [index, call] of calls.entries()) {
        const { settled, value } = await standing(rigged, call)
        expect(settled, rigged.name, 'with forty calls at once', `call ${index} went on`)
        const right = typeof value !== 'string' || value === `answer to ${paths[index]}`
        expect(right, rigged.name, 'with forty calls at once', `the caller of ${paths[index]} got '${String(value)}'`)
      }
      rigged.empty('after forty calls at once')
    },
  },
  {
    promise: 'hands equal callers each a body that can be read',
    async run(subject) {
      const rigged = rig(subject, [200])
      const calls = Array.from({ length: 5 }, () => rigged.text())
      await rigged.clock.advance(600_000)
      for (const call of calls) {
        const { settled, value } = await standing(rigged, call)
        const right = typeof value !== 'string' || value === 'answer to /things'
        expect(settled && right, rigged.name, 'with five equal calls', `one got '${String(value)}'`)
      }
      rigged.empty('after five equal calls')
    },
  },
  {
    promise: 'writes nothing of what is sent into the ledger',
    async run(subject) {
      for (const act of [200, 401, 429, 503, 'breaks'] as const) {
        const rigged = rig(subject, [act])
        const headers = { 'x-canary': new Secret('canary', canary), 'x-plain': canary }
        const call = rigged.send({ method: 'PUT', headers, query: { canary }, body: canary })
        await rigged.clock.advance(600_000)
        const result = await call
        const ledger =
          result instanceof Result ? result.ledger : (result as { readonly ledger?: unknown } | null)?.ledger
        const { notes = [] } = (ledger ?? {}) as { readonly notes?: readonly unknown[] }
        const leaks = JSON.stringify(notes).includes(canary)
        expect(!leaks, rigged.name, `on a server that gives ${act}`, 'a note holds text of the call')
        if (result instanceof Result) result.discard()
      }
    },
  },
]
