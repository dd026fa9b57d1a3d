/** What stands in the rows of a story. */
import { client, explain, Failure, layer, ledgerOf, type Middleware, notes, pipeline } from '@penstock/core'
import { breaks, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { duration, sentence } from '../../packages/core/src/recorder/notes.ts'

describe('a time', () => {
  it.each([
    [0, '0 ms'],
    [0.04, '0 ms'],
    [9.94, '9.9 ms'],
    [10, '10 ms'],
    [10.4, '10 ms'],
    [999.4, '999 ms'],
    [1000, '1 s'],
    [1260, '1.3 s'],
    [119_940, '119.9 s'],
    [120_000, '2 min'],
    [150_000, '2.5 min'],
  ])('of %d ms is %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text)
  })
})

describe('a note', () => {
  const says = notes('polite', { waits: ['waits {wait:ms}, {share} of {all}', '等待 {wait:ms}'] })

  it('has an id of its layer, and a sentence in both languages', () => {
    expect(says).toEqual({
      waits: { id: 'polite.waits', layer: 'polite', en: 'waits {wait:ms}, {share} of {all}', zh: '等待 {wait:ms}' },
    })
  })

  it.each([
    [{ wait: 1500, share: 0.1234, all: 3 }, 'waits 1.5 s, 0.12 of 3'],
    [{ wait: 'long', share: true }, 'waits long, true of ?'],
    [{ wait: 0, share: undefined, all: 1e6 }, 'waits 0 ms, ? of 1000000'],
  ])('tells %j as it is', (facts, text) => {
    expect(sentence(says.waits.en, facts)).toBe(text)
  })
})

/** A call that is over, and the story of it once `facts` are laid under its only request. */
async function told(step: Step, facts: object = {}, lang: 'en' | 'zh' = 'en') {
  const clock = virtualClock()
  const http = client({
    pipeline: pipeline([status()], scriptedTransport(step)),
    origin: 'https://api.example.com',
    clock,
  })
  const done = http.get('/a').catch((error: unknown) => error)
  await clock.drain()
  const ledger = ledgerOf(await done)!
  for (const [name, value] of Object.entries(facts)) Object.defineProperty(ledger.trips[0], name, { value })
  return explain(ledger, { lang }).split('\n')[2]
}

describe('a request', () => {
  const phases = { dns: 3, tcp: 0.4, tls: 0.5, wait: 1200 }
  const timeline = { connection: { tries: [] }, phases }
  const broken = breaks('CONNECTION_RESET')

  it.each<[string, Step, object, string]>([
    [
      'failed: where its time went',
      broken,
      { timeline },
      'CONNECTION_RESET in phase wait, sent: all (dns 3 ms · tls 0.5 ms · wait 1.2 s)',
    ],
    [
      'was slow: where its time went',
      later(1000, replies(200)),
      { timeline },
      '200 after 1 s (dns 3 ms · tls 0.5 ms · wait 1.2 s)',
    ],
    ['went well', later(999, replies(200)), { timeline }, '200 after 999 ms'],
    ['failed without a connection', broken, { timeline: { phases } }, 'CONNECTION_RESET in phase wait, sent: all'],
    [
      'failed in no time',
      broken,
      { timeline: { connection: { tries: [] }, phases: { dns: 0.4 } } },
      'CONNECTION_RESET in phase wait, sent: all',
    ],
    [
      'failed on an old socket',
      broken,
      { reusedSocket: true },
      'CONNECTION_RESET in phase wait, sent: all, on a kept-alive socket',
    ],
    ['went over an old socket', replies(204), { reusedSocket: true }, '204 after 0 ms, on a kept-alive socket'],
  ])('that %s', async (_, step, facts, text) => {
    expect(await told(step, facts)).toMatch(/^ +\d+ ms|1\.00 s/)
    expect((await told(step, facts))!.split('wire           ')[1]).toBe(text)
  })

  it('is told of in Chinese too', async () => {
    expect(await told(broken, { reusedSocket: true }, 'zh')).toBe(
      '     0 ms  #1  wire           CONNECTION_RESET 阶段 wait, 已发送：all, 复用连接',
    )
  })
})

describe('the story', () => {
  it('tells in Chinese what is not known, not kept, or not over', async () => {
    const clock = virtualClock()
    const make = (diagnose: 'off' | 'all') =>
      client({
        pipeline: pipeline([status()], scriptedTransport(later(20, replies(200)))),
        origin: 'https://api.example.com',
        clock,
        diagnose,
      })
    expect(explain({}, { lang: 'zh' })).toBe('没有记录：这不是客户端的结果、错误或取消原因')
    const [off, all] = [make('off').get('/'), make('all').get('/')]
    await clock.advance(20)
    expect(explain(await off, { lang: 'zh' })).toBe("没有记录：diagnose 为 'off'")
    const ledger = ledgerOf(await all)!
    Object.assign(ledger, { verdict: undefined, endedAt: undefined })
    ledger.trips[0]!.took = undefined
    Object.assign(ledger.spans!.at(-1)!, { to: NaN })
    expect(explain(ledger, { lang: 'zh' })).toBe(`GET https://api.example.com/
进行中 共 1 次尝试、1 个请求
     0 ms  #1  wire           进行中
       总计        自身
    20 ms     20 ms  #1  status ok
                进行中  #1  · scripted`)
  })

  it('takes from a layer’s time what lay inside it, of its own attempt', async () => {
    const clock = virtualClock()
    const slow = layer({ name: 'slow', slot: 'clock', run: async (call, next) => (await call.wait(5)) ?? next(call) })
    const twice = layer({
      name: 'twice',
      slot: 'repeat',
      calls: 'many',
      run: async (call, next) => {
        await next(call)
        return (await call.wait(100)) ?? next(call.with({ attempt: 2 }))
      },
    })
    const http = client({
      pipeline: pipeline([twice, slow, status()], scriptedTransport(later(20, replies(200)))),
      origin: 'https://api.example.com',
      clock,
      diagnose: 'all',
    })
    const done = http.get('/')
    await clock.drain()
    const rows = explain(ledgerOf(await done)!).split('\n')
    expect(rows.slice(rows.findIndex((row) => row.includes('own')) + 1)).toEqual([
      '   150 ms    100 ms  #1  twice ok',
      '    25 ms      5 ms  #1  · slow ok',
      '    20 ms      0 ms  #1  · · status ok',
      '    20 ms     20 ms  #1  · · · scripted unknown',
      '    25 ms      5 ms  #2  · slow ok',
      '    20 ms      0 ms  #2  · · status ok',
      '    20 ms     20 ms  #2  · · · scripted unknown',
    ])
  })

  it('names a call made for it by its endpoint, and says when that is not over', async () => {
    const clock = virtualClock()
    const http = client({
      pipeline: pipeline([status()], scriptedTransport(later(20, replies(200)))),
      origin: 'https://api.example.com',
      clock,
    })
    const calls = ['/a', '/token'].map((path) => http.get(path))
    await clock.drain()
    const [call, child] = (await Promise.all(calls)).map((outcome) => ledgerOf(outcome)!)
    Object.assign(child!, { endpoint: 'acme.token', verdict: undefined, endedAt: undefined })
    call!.adopt(child!)
    expect(explain(call!).split('\n').slice(2)).toEqual([
      '     0 ms  ↳   acme.token: still running after 1 attempt, 1 request',
      '    20 ms    #1  wire           200 after 20 ms',
      '    20 ms  #1  wire           200 after 20 ms',
    ])
  })
})

describe('late in the life of a clock', () => {
  it('a call made for another stands where it began, and each tells how long it took, in both languages', async () => {
    const clock = virtualClock()
    const http = (step: Step, ...layers: Middleware[]) =>
      client({ pipeline: pipeline(layers, scriptedTransport(step)), origin: 'https://api.example.com', clock })
    const asks: Middleware = async (call, next) => {
      await call.wait(5)
      await http(later(20, replies(200))).outcome({ path: '/price', parent: call })
      return next(call)
    }
    await clock.advance(100_000)
    const done = http(later(10, replies(200)), asks).get('/')
    await clock.drain()
    const result = await done
    const rows = (lang: 'en' | 'zh') => explain(result, { lang }).split('\n').slice(1)

    expect(rows('en')).toEqual([
      'unknown after 1 attempt, 1 request, 35 ms',
      '     5 ms  ↳   GET https://api.example.com/price: unknown after 1 attempt, 1 request, 20 ms',
      '    25 ms    #1  wire           200 after 20 ms',
      '    35 ms  #1  wire           200 after 10 ms',
    ])
    expect(rows('zh')[0]).toBe('unknown 共 1 次尝试、1 个请求，耗时 35 ms')
  })
})

it('of a call that came to no layer no times of layers are shown', async () => {
  const http = client({
    pipeline: pipeline([], scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
    clock: virtualClock(),
    diagnose: 'all',
  })
  await http.close()
  const story = explain(await http.get('/').catch((error: unknown) => error))
  expect([story.includes('CLIENT_CLOSED'), story.includes('total')]).toEqual([true, false])
})

it('what a layer advises of a code that no table knows is the end, in the language that is asked for', async () => {
  const hint = { en: 'Ask in the morning.', zh: '请明早再试。' }
  const asleep = new Failure('refused', 'ASLEEP', 'night', 'everybody sleeps', { hint })
  const http = client({
    pipeline: pipeline([() => Promise.resolve(asleep)], scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })
  const error: unknown = await http.get('/').catch((thrown: unknown) => thrown)
  expect([explain(error).split('\n').at(-1), explain(error, { lang: 'zh' }).split('\n').at(-1)]).toEqual([
    '→ Ask in the morning.',
    '→ 请明早再试。',
  ])
})
