import { Branch, type Call, client, Failure, layer, type Next, type Outcome, pipeline } from '@penstock/core'
import { hangs, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { expect, it } from 'vitest'

const cut = new Failure('cancelled', 'CANCELLED', 'race', 'another was first')

/** A call that `runs`, on a server that never answers. */
function set(runs: (call: Call, next: Next) => Promise<Outcome>) {
  const clock = virtualClock()
  const transport = scriptedTransport(hangs())
  const race = layer({ name: 'race', slot: 'repeat', calls: 'many', run: runs })
  const http = client({ pipeline: pipeline([race], transport), origin: 'https://api.example.com', clock })
  return { clock, http, transport }
}

const branched = (call: Call, branch = new Branch(call)) => ({ branch, call: call.with({ branch }) })

it('is cut without the call and other branches', async () => {
  const ended: string[] = []
  const { clock, http } = set(async (call, next) => {
    const [one, other] = [branched(call), branched(call.with({ ledger: call.ledger.fork() }))]
    const first = next(one.call).then((outcome) => void ended.push(`first ${outcome.code}`))
    void next(other.call).then((outcome) => void ended.push(`other ${outcome.code}`))
    one.branch.cut(cut)
    await first
    await call.wait(50)
    ended.push('waited')
    other.branch.cut(cut)
    return cut
  })
  const done = http.outcome({ path: '/' })
  await clock.advance(50)
  expect(await done).toBe(cut)
  expect([ended, clock.timers]).toEqual([['first CANCELLED', 'waited', 'other CANCELLED'], 0])
})

it('lets nothing begin any more when it is cut, and nothing is sent', async () => {
  const { http, transport } = set(async (call, next) => {
    const { branch, call: copy } = branched(call)
    branch.cut(cut)
    expect([copy.over(), await copy.wait(10), call.over()]).toEqual([cut, cut, undefined])
    return next(copy)
  })
  expect(await http.outcome({ path: '/' })).toBe(cut)
  expect(transport.calls.length).toBe(0)
})

it('stays with the call when a layer spreads or changes it', async () => {
  const { http } = set(async (call, next) => {
    const { branch, call: copy } = branched(call)
    branch.cut(cut)
    return next({ ...copy.withHeader('a', 'b') })
  })
  expect(await http.outcome({ path: '/' })).toBe(cut)
})

it('within a branch is cut with that one', async () => {
  const { http } = set(async (call, next) => {
    const outer = branched(call)
    const inner = branched(outer.call)
    const ended = next(inner.call)
    outer.branch.cut(cut)
    return ended
  })
  expect(await http.outcome({ path: '/' })).toMatchObject({ code: 'CANCELLED', layer: 'race', phase: 'wait' })
})

it.each(['ended before', 'still open'])('is cut when its client closes, and never twice: %s', async (when) => {
  const { clock, http } = set(async (call, next) => {
    const { branch, call: copy } = branched(call)
    const outcome = next(copy)
    if (when === 'ended before') {
      branch.cut(cut)
      branch.end()
      await outcome
      return next(call)
    }
    return outcome.finally(() => branch.end())
  })
  const [done, beside] = [http.outcome({ path: '/' }), http.outcome({ path: '/' })]
  await clock.advance(10)
  const closing = http.close({ within: 10 })
  await clock.advance(10)
  await closing
  expect([(await done).code, (await beside).code, clock.timers]).toEqual(['CLIENT_CLOSED', 'CLIENT_CLOSED', 0])
})

it('ends with the deadline and the signal of its call', async () => {
  const bound = { after: 100, layer: 'bound', code: 'CALL_DEADLINE', verdict: 'late' } as const
  const { clock, http } = set((call, next) => next(branched(call.within(bound)).call))
  const late = http.outcome({ path: '/' })
  const abort = new AbortController()
  const aborted = http.outcome({ path: '/', signal: abort.signal })
  await clock.advance(10)
  abort.abort('enough')
  await clock.advance(90)
  expect([(await late).code, (await aborted).code, clock.timers]).toEqual(['CALL_DEADLINE', 'CANCELLED', 0])
})
