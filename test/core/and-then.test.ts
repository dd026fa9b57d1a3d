import {
  andThen,
  client,
  type ConfigError,
  lastly,
  layer,
  type Ledger,
  type Next,
  onward,
  type Outcome,
  pipeline,
  type Stackable,
} from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { kinds, waits } from '../support/handing-on.ts'

const http = (...layers: Stackable[]) =>
  client({
    pipeline: pipeline(layers, scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })

const same = (outcome: Outcome) => outcome

/** Writes down what it is handed. */
const looking = (seen: unknown[]) =>
  layer({
    name: 'looks',
    slot: 'seal',
    run: (call, next) => {
      seen.push(call.context)
      return onward(next, call)
    },
  })

it('a layer that hands on and forgets its return is named, also when it was trusted', async () => {
  let calls = 0
  const forgets = layer({
    name: 'forgets',
    slot: 'observe',
    run: (call, next) => {
      const kept = andThen(next, call, same)
      return ++calls > 70 ? (undefined as never) : kept
    },
  })
  const open = http(forgets)
  for (let call = 1; call <= 70; call++) await open.get('/')
  for (const _ of [1, 2])
    await expect(open.get('/')).rejects.toMatchObject({
      code: 'NO_OUTCOME',
      message: 'Layer \'forgets\' gave no outcome: is a "return next(call)" missing?',
    })
})

it('outer layers hear of the bug alone when a layer throws after it handed on', async () => {
  const heard: string[] = []
  const outer = layer({
    name: 'outer',
    slot: 'observe',
    run: (call, next) =>
      andThen(
        next,
        call,
        lastly(
          (outcome) => (heard.push(outcome.verdict), outcome),
          (bug) => heard.push(String(bug)),
        ),
      ),
  })
  let calls = 0
  const throws = layer({
    name: 'throws',
    slot: 'observe',
    calls: 'many',
    run: (call, next) => {
      void andThen(next, call, same)
      if (++calls > 65) throw new Error('at once')
      return next(call)
    },
  })
  const open = http(outer, throws)
  for (let call = 1; call <= 65; call++) await open.get('/')
  heard.length = 0
  await expect(open.get('/')).rejects.toThrow('at once')
  await waits()
  expect(heard).toEqual(['Error: at once'])
})

it('what a layer holds is given back, too, when its next refuses to be called twice', async () => {
  const lost: unknown[] = []
  const after = lastly(same, (bug) => lost.push((bug as ConfigError).code))
  const twice = layer({
    name: 'twice',
    slot: 'observe',
    run: (call, next) => {
      const first = andThen(next, call, same)
      expect(() => andThen(next, call, after)).toThrow('called next() twice')
      return first
    },
  })
  const open = http(twice)
  for (let call = 0; call < 66; call++) expect((await open.get('/')).status).toBe(200)
  expect(lost).toEqual(Array.from({ length: 66 }, () => 'NEXT_TWICE'))
})

it('what comes after may be a promise of another realm', async () => {
  const seen: unknown[] = []
  const theirs: PromiseConstructor = runInNewContext('Promise')
  const foreign = (outcome: Outcome) => theirs.resolve(outcome)
  const slow = layer({ name: 'slow', slot: 'observe', run: (call, next) => andThen(next, call, foreign) })
  const outer = layer({
    name: 'outer',
    slot: 'observe',
    run: (call, next) => andThen(next, call, (outcome) => (seen.push(outcome.verdict), outcome)),
  })
  const open = http(outer, slow)
  for (let call = 0; call < 66; call++) await open.get('/')
  expect(new Set(seen)).toEqual(new Set(['unknown']))
})

describe('a call handed on to another pipeline', () => {
  it.each(['errors', 'all'] as const)('takes its gifts along, at level %s', async (diagnose) => {
    const seen: unknown[] = []
    const other = pipeline([looking(seen)], scriptedTransport(replies(200)))
    const routes = layer({ name: 'routes', slot: 'observe', run: (call) => onward(other as Next, call, { a: 1 }) })
    const open = client({
      pipeline: pipeline([routes], scriptedTransport(replies(200))),
      origin: 'https://api.example.com',
      clock: virtualClock(),
      diagnose,
    })
    for (let call = 0; call < 66; call++) expect((await open.get('/')).status).toBe(200)
    expect(seen).toEqual(Array.from({ length: 66 }, () => ({ a: 1 })))
  })
})

it('a call whose options cannot work is over at once, and keeps no client open', async () => {
  const open = http(layer({ name: 'hands', slot: 'observe', run: (call, next) => andThen(next, call, same) }))
  await expect(open.get('/', { layers: { nobody: false } })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  // on a clock that stands still: who waited for the call would wait for ever
  await open.close()
})

it('a plain function may use it as it likes, for it is waited for', async () => {
  const plain = async (call: any, next: Next) => andThen(next, call, same)
  const open = client({
    pipeline: pipeline([plain], scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
  })
  expect((await open.get('/')).status).toBe(200)
})

it('gifts reach inner layers on their way onward', async () => {
  const seen: unknown[] = []
  const gives = layer({
    name: 'gives',
    slot: 'identify',
    gives: ['tenant'],
    run: (call, next) => onward(next, call, { tenant: 'acme' }),
  })
  const open = http(gives, looking(seen))
  for (let call = 0; call < 66; call++) await open.get('/')
  expect(new Set(seen.map((context) => JSON.stringify(context)))).toEqual(new Set(['{"tenant":"acme"}']))
})

it('a ledger that is kept holds on to no promise, nor one that is forked for a copy', async () => {
  const ledgers: Ledger[] = []
  const forks = layer({
    name: 'forks',
    slot: 'observe',
    calls: 'many',
    run: (call, next) => {
      const ledger = call.ledger.fork()
      ledgers.push(call.ledger, ledger)
      return next(call.with({ ledger }))
    },
  })
  const late = layer({
    name: 'late',
    slot: 'observe',
    run: async (call, next) => {
      await waits()
      return andThen(next, call, same)
    },
  })
  for (const layers of [[late], [forks, late], [forks, kinds.hands!('hands', () => {}, false)]]) {
    const open = http(...layers)
    for (let call = 0; call < 66; call++) ledgers.push((await open.get('/')).ledger)
  }
  expect(new Set(ledgers.map(({ promised }) => promised))).toEqual(new Set([undefined]))
})
