import { getEventListeners } from 'node:events'
import {
  bytesBody,
  type Call,
  client,
  layer,
  ledgerOf,
  type Next,
  pipeline,
  Reply,
  type Request,
  verdicts,
} from '@penstock/core'
import { breaks, hangs, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { bulkhead, type BulkheadOptions, retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const origin = 'https://api.example.com'

function against(options: Partial<BulkheadOptions<any>> = {}, ...steps: readonly Step[]) {
  const clock = virtualClock()
  const transport = scriptedTransport(...([...steps, later(100, replies(200))] as [Step]))
  const few = bulkhead({ limit: 1, ...options })
  const layers = [patience, few, status()]
  const stack = pipeline(layers as never, transport)
  const http = client({ pipeline: stack, origin, clock })
  const send = (path: string, request: Partial<Request> = {}) => http.outcome({ path, ...request })
  const urgently = (path: string, priority: number) => send(path, { layers: { bulkhead: { priority } } })
  return { clock, http, few, send, urgently, stack, paths: () => transport.calls.map((call) => call.path), transport }
}

const patience = (call: Call, next: Next) => {
  const after = Number(call.headers['x-patience'] ?? 10_000)
  return next(call.within({ after, layer: 'deadline', code: 'CALL_DEADLINE', verdict: 'late' }))
}

/** What a call with so many milliseconds to live throws or gives. */
const impatient = ({ http }: ReturnType<typeof against>, path: string, left: number) =>
  http.get(path, { headers: { 'x-patience': String(left) } }).catch((thrown: unknown) => thrown)

const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts])
const busy = (inFlight: number, waiting: number, limit = 1) => ({ limit, inFlight, waiting })

/** Sixteen calls of 100 ms, one after another, and another one in flight, so that the bulkhead knows what a call takes. */
async function learned({ clock, send }: ReturnType<typeof against>) {
  const all = Array.from({ length: 17 }, (_, index) => send(`/${index}`))
  await clock.advance(1600)
  expect(all).toHaveLength(17)
}

describe('bulkhead', () => {
  it('lets so many in at once, and the others after them in the order in which they came', async () => {
    const { clock, send, paths, transport, few } = against({ limit: 2 })
    const all = Promise.all(['/1', '/2', '/3', '/4', '/5'].map((path) => send(path)))
    await clock.advance(99)
    expect([paths(), few.state(origin)]).toEqual([['/1', '/2'], busy(2, 3, 2)])
    await clock.advance(1)
    expect(paths()).toEqual(['/1', '/2', '/3', '/4'])
    await clock.drain()
    await all

    expect(paths()).toEqual(['/1', '/2', '/3', '/4', '/5'])
    expect(transport.calls.map(({ ledger }) => notesOf(ledger))).toEqual([
      undefined,
      undefined,
      [['bulkhead.waits', { limit: 2, ahead: 0 }]],
      [['bulkhead.waits', { limit: 2, ahead: 1 }]],
      [['bulkhead.waits', { limit: 2, ahead: 2 }]],
    ])
    expect([clock.timers, few.state(origin)]).toEqual([0, busy(0, 0, 2)])
  })

  it('lets a higher priority go first, and equal ones in the order in which they came', async () => {
    const { clock, send, urgently, paths } = against()
    const all = [
      send('/first'),
      send('/a'),
      urgently('/low', -1),
      urgently('/high', 5),
      send('/b'),
      urgently('/high2', 5),
    ]
    await clock.drain()
    await Promise.all(all)

    expect(paths()).toEqual(['/first', '/high', '/high2', '/a', '/b', '/low'])
  })

  it('asks for the priority of a call that does not say one', async () => {
    const { clock, send, paths } = against({ priority: ({ path }) => Number(path.slice(1)) })
    const all = ['/0', '/1', '/3', '/2'].map((path) => send(path))
    await clock.drain()
    await Promise.all(all)

    expect(paths()).toEqual(['/0', '/3', '/2', '/1'])
  })

  it('counts each origin for itself, or what the key says', async () => {
    const origins = against()
    const own = against({ key: ({ path }) => path[1]! })
    const other = 'https://other.example.com/'
    const all = Promise.all([origins.send('/1'), origins.send(other), own.send('/a1'), own.send('/a2'), own.send('/b')])

    expect([origins.paths(), own.paths(), own.few.state('a')]).toEqual([['/1', '/'], ['/a1', '/b'], busy(1, 1)])
    await origins.clock.drain()
    await own.clock.drain()
    await all
  })

  it('keeps its place through all attempts, and their waits', async () => {
    const clock = virtualClock()
    const transport = scriptedTransport(replies(503, { 'retry-after': '1' }), replies(200))
    const stack = pipeline([bulkhead({ limit: 1 }), retry({ delay: 0 }), status()], transport)
    const http = client({ pipeline: stack, origin, clock })
    const all = [http.get('/1'), http.get('/2')]
    await clock.advance(999)
    expect(transport.calls.map(({ path }) => path)).toEqual(['/1'])
    await clock.drain()
    await Promise.all(all)

    expect(transport.calls.map(({ path }) => path)).toEqual(['/1', '/1', '/2'])
  })

  it('refuses when the queue is full, and says so under its name', async () => {
    const { clock, http, send, transport } = against({ maxQueue: 1, name: 'narrow' })
    const all = [send('/1'), send('/2')]
    const error = await http.get('/3').catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({
      verdict: 'refused',
      code: 'BULKHEAD_FULL',
      layer: 'narrow',
      phase: 'local',
      sent: 'none',
    })
    expect(ledgerOf(error)?.notes).toMatchObject([{ layer: 'narrow', facts: { limit: 1, waiting: 1 } }])
    await clock.drain()
    await Promise.all(all)
    expect(transport.calls).toHaveLength(2)
  })

  it('refuses in a way that is nobody’s failure and asks for no repeat', () => {
    expect(verdicts.refused).toEqual({ again: false, blame: 'nobody', healthy: false })
  })

  it('gives up the last of a full queue for a higher priority, and for no equal one', async () => {
    const { clock, send, urgently, paths } = against({ maxQueue: 2 })
    const [first, waits, last] = [send('/1'), urgently('/2', 1), send('/3')]
    const equal = await send('/4')
    const urgent = urgently('/5', 1)

    expect([await last, equal]).toMatchObject([{ code: 'BULKHEAD_FULL' }, { code: 'BULKHEAD_FULL' }])
    await clock.drain()
    await Promise.all([first, waits, urgent])
    expect(paths()).toEqual(['/1', '/2', '/5'])
    expect(clock.timers).toBe(0)
  })

  it('tells a call that gave way for whom it did', async () => {
    const { clock, http, send, urgently } = against({ maxQueue: 1 })
    const first = send('/1')
    const last = http.get('/2').catch((thrown: unknown) => thrown)
    const urgent = urgently('/3', 7)

    expect(notesOf(await last)).toEqual([
      ['bulkhead.waits', { limit: 1, ahead: 0 }],
      ['bulkhead.gives_way', { priority: 7 }],
    ])
    await clock.drain()
    await Promise.all([first, urgent])
  })

  it('keeps no queue of 0', async () => {
    const { clock, send } = against({ maxQueue: 0 })
    const first = send('/1')

    expect(await send('/2')).toMatchObject({ code: 'BULKHEAD_FULL' })
    await clock.drain()
    await first
    const again = send('/3')
    await clock.drain()
    expect(await again).toMatchObject({ verdict: 'ok' })
  })

  it('waits no longer than it is told, for all calls or for one', async () => {
    const { clock, send, paths, few } = against({ maxWait: 50 }, hangs())
    const abort = new AbortController()
    const first = send('/1', { signal: abort.signal })
    const second = send('/2')
    const third = send('/3', { layers: { bulkhead: { maxWait: 20 } } })
    await clock.advance(20)
    expect(await third).toMatchObject({ code: 'BULKHEAD_WAIT', because: 'no place was free within 20 ms' })
    await clock.advance(29)
    expect(few.state(origin)).toEqual(busy(1, 1))
    await clock.advance(1)

    expect(await second).toMatchObject({ verdict: 'refused', because: 'no place was free within 50 ms' })
    expect(few.state(origin)).toEqual(busy(1, 0))
    abort.abort()
    await first
    expect([paths(), clock.timers]).toEqual([['/1'], 0])
  })

  it('refuses at once who could not make its deadline even if all before it were as quick as the quickest', async () => {
    const bulk = against()
    const { clock, send, few } = bulk
    await learned(bulk)
    const waiting = Array.from({ length: 6 }, (_, index) => send(`/w${index}`))
    const tight = await impatient(bulk, '/tight', 700)

    expect(tight).toMatchObject({
      code: 'BULKHEAD_WAIT',
      verdict: 'refused',
      message: expect.stringContaining('even a quick call needs 700 ms, and 700 ms are left'),
    })
    expect(notesOf(tight)).toEqual([['bulkhead.does_not_fit', { needs: 700, left: 700 }]])
    const fits = impatient(bulk, '/fits', 701)
    expect(few.state(origin)).toEqual(busy(1, 7))
    await clock.drain()
    expect(await fits).toMatchObject({ message: expect.stringContaining('1 ms are left') })
    await Promise.all(waiting)
  })

  it('says nothing of deadlines before it knows what sixteen calls took', async () => {
    const bulk = against({ limit: 16 })
    const all = Array.from({ length: 16 }, (_, index) => bulk.send(`/${index}`))
    const waits = impatient(bulk, '/waits', 150)
    await bulk.clock.advance(99)
    expect(bulk.few.state(origin)).toEqual(busy(16, 1, 16))
    await bulk.clock.drain()
    expect(await waits).toMatchObject({ code: 'CALL_DEADLINE' })
    await Promise.all(all)
  })

  it('gives no place to a call that could not be answered any more, and the next has it', async () => {
    const bulk = against({}, ...Array.from({ length: 16 }, () => later(100, replies(200))), later(180, replies(200)))
    await learned(bulk)
    const tight = impatient(bulk, '/tight', 230)
    const next = bulk.send('/next')
    await bulk.clock.advance(180)

    expect(await tight).toMatchObject({
      code: 'BULKHEAD_WAIT',
      message: expect.stringContaining('even a quick call needs 100 ms, and 50 ms are left'),
    })
    expect(bulk.paths().at(-1)).toBe('/next')
    await bulk.clock.drain()
    expect(await next).toMatchObject({ verdict: 'ok' })
    expect([bulk.clock.timers, bulk.few.state(origin)]).toEqual([0, busy(0, 0)])
  })

  it('forgets what calls took when nobody is left', async () => {
    const bulk = against()
    await learned(bulk)
    await bulk.clock.drain()
    const first = bulk.send('/1')
    const waits = impatient(bulk, '/2', 50)
    expect(bulk.few.state(origin)).toEqual(busy(1, 1))
    await bulk.clock.drain()
    expect(await waits).toMatchObject({ code: 'CALL_DEADLINE' })
    await first
  })

  it('ends a wait before any time passes when the caller aborts, with his own reason, and the next moves up', async () => {
    const { clock, http, send, paths } = against()
    const reason = { the: 'caller’s own' }
    const abort = new AbortController()
    const first = send('/1')
    const second = http.get('/2', { signal: abort.signal }).catch((thrown: unknown) => thrown)
    const third = send('/3')
    abort.abort(reason)

    expect(await second).toBe(reason)
    expect([clock.now(), getEventListeners(abort.signal, 'abort').length]).toEqual([0, 0])
    await clock.drain()
    await Promise.all([first, third])
    expect([paths(), clock.timers]).toEqual([['/1', '/3'], 0])
  })

  it('says that the caller aborted, and not that it is full', async () => {
    const { clock, send } = against({ maxQueue: 0 })
    const first = send('/1')

    expect(await send('/2', { signal: AbortSignal.abort() })).toMatchObject({ code: 'CANCELLED' })
    await clock.drain()
    await first
  })

  it('frees the place of a call that is aborted in flight, once', async () => {
    const { clock, send, paths, few } = against({}, hangs())
    const abort = new AbortController()
    const all = [send('/1', { signal: abort.signal }), send('/2'), send('/3')]
    abort.abort()
    await clock.advance(0)
    expect([paths(), few.state(origin)]).toEqual([['/1', '/2'], busy(1, 1)])
    await clock.drain()
    await Promise.all(all)
    expect([paths(), few.state(origin)]).toEqual([['/1', '/2', '/3'], busy(0, 0)])
  })

  it('drops who waits when the deadline comes, and gives the place to nobody whose time is over', async () => {
    const { clock, send, paths } = against({}, hangs())
    const all = [send('/1'), send('/2')]
    await clock.advance(1)
    const last = send('/3')
    await clock.advance(9999)

    expect(await Promise.all(all)).toMatchObject([{ code: 'CALL_DEADLINE' }, { code: 'CALL_DEADLINE' }])
    expect(paths()).toEqual(['/1', '/3'])
    await clock.drain()
    await last
  })

  it('frees the place of a call that fails', async () => {
    const { clock, send, paths } = against({ maxQueue: 1 }, breaks('CONNECTION_RESET'))
    const all = [send('/1'), send('/2')]
    await clock.drain()
    await Promise.all(all)

    expect(paths()).toEqual(['/1', '/2'])
  })

  it('keeps the place until a streamed body is over', async () => {
    const listeners: (() => void)[] = []
    const open = { ...bytesBody(Buffer.of()), whenOver: (over: () => void) => void listeners.push(over) }
    const { clock, send, paths } = against({}, () => new Reply(200, {}, open))
    await send('/1', { stream: true })
    const second = send('/2')
    await clock.advance(0)
    expect(paths()).toEqual(['/1'])
    for (const tell of listeners) tell()
    await clock.drain()
    await second
    expect(paths()).toEqual(['/1', '/2'])
  })

  it('lets a bug pass as it was thrown, and frees its place once', async () => {
    const bug = new Error('a bug')
    const clock = virtualClock()
    let count = 0
    const broken = layer({
      name: 'broken',
      slot: 'wire',
      run: (call, next) => (count++ === 0 ? Promise.reject(bug) : next(call)),
    })
    const transport = scriptedTransport(later(100, replies(200)))
    const http = client({ pipeline: pipeline([bulkhead({ limit: 1 }), broken], transport), origin, clock })

    await expect(http.outcome({ path: '/1' })).rejects.toBe(bug)
    const all = [http.outcome({ path: '/2' }), http.outcome({ path: '/3' })]
    await clock.advance(50)
    expect(transport.calls).toHaveLength(1)
    await clock.drain()
    await Promise.all(all)
    expect(transport.calls).toHaveLength(2)
  })

  it('says its limits in the plan', () => {
    expect(String(against({ limit: 3 }).stack.plan())).toContain('bulkhead(3, 100 waiting)')
  })

  it.each([
    [{ limit: 0 }, 'limit is 0: give a whole number from 1 up'],
    [{ limit: 1.5 }, 'limit is 1.5: give a whole number from 1 up'],
    [{ maxQueue: -1 }, 'maxQueue is -1: give a number from zero up'],
    [{ maxQueue: '1' as never }, 'maxQueue is 1: give a number from zero up'],
    [{ maxWait: NaN }, 'maxWait is NaN: give a number from zero up'],
  ])('refuses what cannot work: %j', (options, because) => {
    expect(() => bulkhead({ limit: 1, ...options })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `bulkhead: ${because}` }),
    )
  })
})
