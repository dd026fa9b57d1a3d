import { getEventListeners } from 'node:events'
import { bytesBody, type Call, client, ledgerOf, type Next, type Outcome, pipeline, Reply } from '@penstock/core'
import { later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { bulkhead, type BulkheadOptions, type BulkheadPerCall, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { Compartments } from '../../packages/middleware/src/bulkhead/compartments.ts'

const origin = 'https://api.example.com'

/** Calls that may live for so many milliseconds, each with options of its own for the bulkhead. */
function against(options: Partial<BulkheadOptions> = {}, ...steps: readonly Step[]) {
  const clock = virtualClock()
  const transport = scriptedTransport(...([...steps, later(100, replies(200))] as [Step]))
  const few = bulkhead({ limit: 1, ...options })
  let patience = 10_000
  const bound = (call: Call, next: Next) =>
    next(call.within({ after: patience, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))
  const http = client({ pipeline: pipeline([bound, few, status()], transport), origin, clock })
  const send = (path: string, left = 10_000, own: BulkheadPerCall = {}) => {
    patience = left
    return http.get(path, { stream: path === '/stream', layers: { bulkhead: own } }).catch((thrown: unknown) => thrown)
  }
  return { clock, few, http, send, paths: () => transport.calls.map(({ path }) => path) }
}

const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts])

/** A reply whose body is over when the test says so. */
function open() {
  const tells: (() => void)[] = []
  const body = { ...bytesBody(Buffer.of()), whenOver: (tell: () => void) => void tells.push(tell) }
  const end = () => {
    for (const tell of tells.splice(0)) tell()
  }
  return { step: () => new Reply(200, {}, body), end }
}

describe('the places of a bulkhead', () => {
  it.each([
    [{}, { limit: 1, maxQueue: 100, waits: Infinity }],
    [
      { limit: 3, maxQueue: 2, maxWait: 50 },
      { limit: 3, maxQueue: 2, waits: 50 },
    ],
    [
      { maxQueue: 0, maxWait: 50 },
      { limit: 1, maxQueue: 0, waits: 0 },
    ],
  ])('are known to the rules of a stack: %j', (options, traits) => {
    const stack = pipeline([bulkhead({ limit: 1, ...options }), status()], scriptedTransport(replies(200)))
    expect(stack.plan().layers[0]!.traits).toEqual(traits)
  })

  it('are all free at a key that nobody has used', () => {
    expect(bulkhead({ limit: 2 }).state('unknown')).toEqual({ limit: 2, inFlight: 0, waiting: 0 })
  })

  it('are refused with the number of calls that have them, and of those that wait', async () => {
    const { clock, send } = against({ maxQueue: 1 })
    const all = [send('/1'), send('/2')]
    expect(await send('/3')).toMatchObject({
      code: 'BULKHEAD_FULL',
      message: `bulkhead: 1 calls are in flight and 1 wait: GET ${origin}/3`,
    })
    await clock.drain()
    await Promise.all(all)
  })

  it('are waited for as long as one call wants, and its note says so', async () => {
    const { clock, send } = against()
    const [first, second] = [send('/1'), send('/2', 10_000, { maxWait: 20 })]
    await clock.drain()
    await first
    expect(notesOf(await second)).toEqual([
      ['bulkhead.waits', { limit: 1, ahead: 0 }],
      ['bulkhead.waited', { wait: 20 }],
    ])
  })

  it('are not waited for when one call’s wait is no number from zero up', async () => {
    expect(await against().send('/1', 10_000, { maxWait: -1 })).toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'bulkhead: maxWait is -1: give a number from zero up',
    })
  })

  it('go by the priority of the layer to a call that has another option of its own', async () => {
    const { clock, send, paths } = against({ priority: ({ path }) => Number(path.slice(1)) })
    const all = [send('/0'), send('/1'), send('/2', 10_000, { maxWait: 5000 })]
    await clock.drain()
    await Promise.all(all)
    expect(paths()).toEqual(['/0', '/2', '/1'])
  })

  it('are not asked for by a call whose time is over already', async () => {
    const seen: Outcome[] = []
    const clock = virtualClock()
    const dawdles = async (call: Call, next: Next) => {
      const bound = call.within({ after: 10, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' })
      if (call.path === '/late') await call.wait(20)
      const outcome = await next(call.path === '/late' ? bound : call)
      seen.push(outcome)
      return outcome
    }
    const stack = pipeline([dawdles, bulkhead({ limit: 1, maxQueue: 0 })], scriptedTransport(later(100, replies(200))))
    const http = client({ pipeline: stack, origin, clock })
    const all = [http.outcome({ path: '/1' }), http.outcome({ path: '/late' })]
    await clock.drain()
    await Promise.all(all)
    expect(seen.map((outcome) => outcome.failed && outcome.code)).toEqual(['CALL_DEADLINE', false])
  })

  it('leave nothing behind when a wait has ended in one', async () => {
    const { clock, http } = against({ maxWait: 5000 })
    const { signal } = new AbortController()
    const all = [http.get('/1'), http.get('/2', { signal })]
    await clock.advance(200)
    await Promise.all(all)
    expect([clock.now(), clock.timers, getEventListeners(signal, 'abort').length]).toEqual([200, 0, 0])
  })

  it('leave a call whose time ends in the same moment to its deadline', async () => {
    const stream = open()
    const { clock, send, few } = against({}, stream.step)
    await send('/stream')
    clock.setTimer(stream.end, 500)
    const second = send('/2', 500)
    await clock.advance(500)
    expect(await second).toMatchObject({ code: 'CALL_DEADLINE' })
    expect(few.state(origin)).toEqual({ limit: 1, inFlight: 0, waiting: 0 })
  })
})

describe('what calls take at the least', () => {
  /** Sixteen calls of 100 ms through the last place, and another one in it. */
  async function learned({ clock, send }: ReturnType<typeof against>) {
    const all = Array.from({ length: 17 }, (_, index) => send(`/${index}`))
    await clock.advance(1600)
    return all
  }

  it('counts for all places: two calls go at once', async () => {
    const bulk = against({ limit: 2 })
    const first = Array.from({ length: 18 }, (_, index) => bulk.send(`/${index}`))
    await bulk.clock.advance(800)
    const waiting = [bulk.send('/a'), bulk.send('/b'), bulk.send('/c')]
    expect(await bulk.send('/tight', 200)).toMatchObject({
      message: `bulkhead: even a quick call needs 200 ms, and 200 ms are left: GET ${origin}/tight`,
    })
    const fits = bulk.send('/fits', 201)
    expect(bulk.few.state(origin)).toEqual({ limit: 2, inFlight: 2, waiting: 4 })
    await bulk.clock.drain()
    await Promise.all([...first, ...waiting, fits])
  })

  it('is too much for a call that has exactly that left when a place is free', async () => {
    const quick = Array.from({ length: 16 }, () => later(100, replies(200)))
    const bulk = against({}, ...quick, later(180, replies(200)))
    const first = await learned(bulk)
    const tight = bulk.send('/tight', 280)
    await bulk.clock.advance(180)
    expect(await tight).toMatchObject({
      message: `bulkhead: even a quick call needs 100 ms, and 100 ms are left: GET ${origin}/tight`,
    })
    await Promise.all(first)
  })

  it('is remembered as long as one call is in flight', async () => {
    const stream = open()
    const bulk = against({ limit: 2 }, stream.step)
    await bulk.send('/stream')
    const first = await learned(bulk)
    await bulk.clock.drain()
    await Promise.all(first)
    expect(bulk.few.state(origin)).toEqual({ limit: 2, inFlight: 1, waiting: 0 })
    const next = bulk.send('/next')
    expect(await bulk.send('/tight', 50)).toMatchObject({ code: 'BULKHEAD_WAIT' })
    stream.end()
    await bulk.clock.drain()
    await next
  })

  it('is forgotten when the last one leaves from the queue', async () => {
    const stream = open()
    const quick = Array.from({ length: 16 }, () => later(100, replies(200)))
    const bulk = against({}, ...quick, stream.step)
    const first = await learned(bulk)
    const last = bulk.send('/last', 500)
    bulk.clock.setTimer(stream.end, 500)
    await bulk.clock.advance(500)
    await Promise.all([...first, last])
    const next = bulk.send('/next')
    expect([bulk.few.state(origin).inFlight, await settledWithin(bulk, bulk.send('/tight', 50))]).toEqual([
      1,
      'CALL_DEADLINE',
    ])
    await bulk.clock.drain()
    await next
  })

  const settledWithin = async ({ clock }: ReturnType<typeof against>, failing: Promise<unknown>) => {
    await clock.advance(50)
    return ((await failing) as { readonly code: string }).code
  }
})

it('keeps a thousand keys that nobody uses any more, and lets go of one beyond', () => {
  const compartments = new Compartments(1)
  const use = (key: string) => {
    const compartment = compartments.of(key)
    compartment.enter()
    compartment.leave(1, () => {
      throw new Error('nobody waits')
    })
  }
  for (let key = 0; key <= 1024; key++) use(String(key))
  expect([compartments.peek('0') === undefined, compartments.peek('1023') === undefined]).toEqual([false, false])
  expect(compartments.peek('1024')).toBeUndefined()
})
