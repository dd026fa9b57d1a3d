import {
  andThen,
  bytesBody,
  type Call,
  client,
  Failure,
  lastly,
  layer,
  type Next,
  onward,
  type Outcome,
  pipeline,
  Reply,
  type Stackable,
} from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { createHook } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'

const http = (...layers: Stackable[]) =>
  client({
    pipeline: pipeline(layers, scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })

type Run = (call: Call, next: Next) => Promise<Outcome>
const observes = (name: string, run: Run) => layer({ name, slot: 'observe', run })

const same = (outcome: Outcome) => outcome
const hands: Run = (call, next) => andThen(next, call, same)
const onwards: Run = (call, next) => onward(next, call)
const through: Run = (call, next) => next(call)

/** As many calls as it takes until every layer is trusted. */
const trusted = 66

const forgotten = (name: string) => ({
  code: 'NO_OUTCOME',
  message: `Layer '${name}' gave no outcome: is a "return next(call)" missing?`,
})

describe('of layers that are trusted', () => {
  /** Promises that one call makes, once all layers are trusted. */
  async function promises(...runs: readonly Run[]): Promise<number> {
    const open = http(...runs.map((run, index) => observes(`layer ${index}`, run)))
    for (let call = 0; call < trusted; call++) await open.get('/')
    let made = 0
    const hook = createHook({ init: (_, type) => void (type === 'PROMISE' && made++) }).enable()
    const outcome = open.outcome({ path: '/' })
    await outcome
    hook.disable()
    return made
  }

  it('five that hand on make the promises of one, with those that do nothing afterwards among them', async () => {
    const one = await promises(hands)
    expect([
      await promises(hands, hands, hands, hands, hands),
      await promises(onwards),
      await promises(hands, onwards, hands, onwards, hands),
    ]).toEqual([one, one, one])
  })

  it('those that call next() make one more, however many they are', async () => {
    const one = await promises(hands)
    expect([await promises(through), await promises(through, through, through)]).toEqual([one + 1, one + 1])
  })
})

describe.each([1, trusted + 1])('at call %i', (first) => {
  it.each([
    ['andThen()', hands],
    ['onward()', onwards],
  ])('a layer that sends anew by %s is named', async (_, run) => {
    let calls = 0
    const twice = observes('twice', (call, next) =>
      ++calls < first ? run(call, next) : andThen(next, call, (_, sent) => run(sent, next)),
    )
    const answers = observes('answers', () => Promise.resolve(new Reply(200, {}, bytesBody(new Uint8Array()))))
    const open = http(twice, answers)
    for (let call = 1; call < first; call++) await open.get('/')
    await expect(open.get('/')).rejects.toMatchObject({
      code: 'NEXT_TWICE',
      message: "Layer 'twice' called next() twice: only a layer with calls: 'many' may",
    })
  })
})

describe('a layer that is trusted', () => {
  it.each([
    ['hands', hands],
    ['calls next()', through],
  ])('and gives nothing once, is looked at again, by one that %s: it is named for what it promises', async (_, run) => {
    let calls = 0
    const forgets = observes('forgets', async (call, next) => next(call))
    const given = [undefined, Promise.resolve(undefined)]
    const open = http(observes('outer', run), {
      ...forgets,
      run: (call: Call, next: Next) => (++calls > trusted ? (given[calls - trusted - 1] as never) : next(call)),
    })
    for (let call = 0; call < trusted; call++) await open.get('/')
    for (const _ of given) await expect(open.get('/')).rejects.toMatchObject(forgotten('forgets'))
  })

  it.each([
    ['a promise of nothing', () => Promise.resolve(undefined)],
    ['nothing', () => undefined],
  ])('looks at one inside it that is not, and gives %s at its first call', async (_, nothing) => {
    let calls = 0
    const kept = new Reply(200, {}, bytesBody(new Uint8Array()))
    const cache = observes('cache', (call, next) => (++calls > trusted ? next(call) : Promise.resolve(kept)))
    const forgets = observes('forgets', nothing as never)
    const open = http(observes('hands', hands), cache, forgets)
    for (let call = 0; call < trusted; call++) await open.get('/')
    await expect(open.get('/')).rejects.toMatchObject(forgotten('forgets'))
  })
})

it.each([
  ['next()', through],
  ['andThen()', hands],
  ['onward()', onwards],
])('a call that %s hands on without gifts has an empty context', async (_, run) => {
  const seen = new Set<string>()
  const looks = observes('looks', (call, next) => {
    seen.add(JSON.stringify(call.context))
    return next(call)
  })
  const open = http(observes('outer', run), looks)
  for (let call = 0; call < trusted; call++) await open.get('/')
  expect([...seen]).toEqual(['{}'])
})

describe('what outer layers left to be done', () => {
  const refused = new Failure('refused', 'NO', 'swaps', 'no')
  /** What the outermost of three is told, at a call when all of them are trusted. */
  async function told(middle: Run, inner: Run): Promise<string[]> {
    const said: string[] = []
    let calls = 0
    const after = lastly(
      (outcome: Outcome) => {
        said.push(outcome.verdict)
        return outcome
      },
      (bug) => said.push(String(bug)),
    )
    const late =
      (run: Run): Run =>
      (call, next) =>
        calls > trusted ? run(call, next) : next(call)
    const open = http(
      observes('outer', (call, next) => {
        calls++
        return andThen(next, call, after)
      }),
      observes('middle', late(middle)),
      observes('inner', late(inner)),
    )
    for (let call = 0; call < trusted; call++) await open.get('/')
    said.length = 0
    await open.outcome({ path: '/' }).catch(() => {})
    return said
  }

  it('is told of a bug of who handed it on, through one that has nothing to do', async () => {
    const throws: Run = (call, next) => {
      void andThen(next, call, same)
      throw new Error('at once')
    }
    expect(await told(onwards, throws)).toEqual(['Error: at once'])
  })

  it('is done once, with what comes out, when two in a row give something else', async () => {
    const swaps: Run = (call, next) => onward(next, call).then(() => refused)
    expect(await told(swaps, (call, next) => andThen(next, call, same).then(same))).toEqual(['refused'])
  })
})

it('a layer whose part after the reply gives nothing is named at its first call', async () => {
  const forgets = observes('forgets', (call, next) => andThen(next, call, () => undefined as never))
  await expect(http(observes('outer', hands), forgets).get('/')).rejects.toMatchObject(forgotten('forgets'))
})
