/** What `metrics` records, to the letter, and how its page answers. */
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { client, layer, notes, pipeline, type Stackable } from '@penstock/core'
import { breaks, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { metrics, type MeterLike, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

type Recorded = readonly [kind: string, name: string, value: number, labels: object | undefined]

/** A meter that remembers what it is given. */
function remembering() {
  const recorded: Recorded[] = []
  const into = (kind: string, name: string) => (value: number, labels?: object) =>
    void recorded.push([kind, name, value, labels])
  const meter: MeterLike = {
    createCounter: (name) => ({ add: into('counter', name) }),
    createGauge: (name) => ({ record: into('gauge', name) }),
    createHistogram: (name) => ({ record: into('histogram', name) }),
  }
  const of = (name: string) =>
    recorded.filter(([, given]) => given === name).map(([, , value, labels]) => [value, labels])
  return { meter, recorded, of }
}

function set(inside: readonly Stackable[] = [status()], step: Step = replies(200)) {
  const { meter, ...seen } = remembering()
  const stack = pipeline([metrics({ meter }), ...inside] as readonly Stackable[], scriptedTransport(step))
  return { ...seen, http: client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() }) }
}

const request = {
  'http.request.method': 'GET',
  'server.address': 'api.example.com',
  'server.port': 443,
  'url.scheme': 'https',
  operation: 'other',
  attempt: '1',
}

describe('metrics', () => {
  it('records a call that goes well with whole labels, and none that is undefined', async () => {
    const { http, recorded } = set()
    await http.get('/')
    const about = { operation: 'other', verdict: 'ok' }
    expect(recorded.map(([kind, name, , labels]) => [kind, name, Object.entries(labels!).length, labels])).toEqual([
      ['histogram', 'http.client.request.duration', 8, { ...request, 'http.response.status_code': 200, verdict: 'ok' }],
      ['counter', 'ocr.requests', 2, about],
      ['histogram', 'ocr.request.duration', 2, about],
    ])
  })

  it.each([
    [399, undefined],
    [400, '400'],
  ])('takes a status of %i for an error of %s', async (code, error) => {
    const { http, of } = set([], replies(code))
    await http.outcome({ path: '/' })
    expect(of('http.client.request.duration')).toMatchObject([
      [0, { 'http.response.status_code': code, ...(error !== undefined && { 'error.type': error }) }],
    ])
    expect(of('http.client.request.duration').some(([, labels]) => 'error.type' in (labels as object))).toBe(
      error !== undefined,
    )
  })

  it('takes what nobody judges for no failure', async () => {
    const { http, of } = set([], replies(200))
    await http.get('/')
    expect([of('ocr.failures'), of('ocr.requests')]).toEqual([[], [[1, { operation: 'other', verdict: 'unknown' }]]])
  })

  it('counts a request that was answered before a bug under that bug', async () => {
    const bug = new TypeError('bug')
    const breaks = layer({
      name: 'breaks',
      slot: 'wire',
      async run(call, next) {
        await next(call)
        throw bug
      },
    })
    const { http, of } = set([breaks])
    await expect(http.get('/')).rejects.toBe(bug)
    expect(of('http.client.request.duration')).toEqual([
      [0, { ...request, 'http.response.status_code': 200, verdict: 'bug' }],
    ])
  })

  it('measures no request that has not come back when its attempt ends', async () => {
    const hasty = layer({
      name: 'hasty',
      slot: 'wire',
      async run(call, next) {
        void next(call)
        return replies(204)(call)
      },
    })
    const { http, of } = set([status(), hasty], () => new Promise(() => {}))
    await http.get('/')
    expect([of('http.client.request.duration'), of('ocr.requests').length]).toEqual([[], 1])
  })

  it('counts what a layer decides, and measures a wait that has a length alone', async () => {
    const says = notes('own', { waits: ['waits', '等待'], goes: ['goes after {wait:ms}', '{wait:ms} 后发出'] })
    const own = layer({
      name: 'own',
      slot: 'wire',
      run(call, next) {
        call.note(says.waits)
        call.note(says.goes, { wait: 20 })
        call.note(says.waits, { wait: 30 })
        return next(call)
      },
    })
    const { http, of } = set([own])
    await http.get('/')
    const about = { operation: 'other', layer: 'own' }
    expect([of('ocr.decisions'), of('ocr.wait.duration'), of('ocr.circuit.state')]).toEqual([
      ['waits', 'goes', 'waits'].map((decision) => [1, { ...about, decision }]),
      [[0.03, about]],
      [],
    ])
  })

  it('counts what was decided in an attempt when that attempt ends', async () => {
    const says = notes('own', { goes: ['goes', '发出'] })
    let counted = 0
    const own = layer({
      name: 'own',
      slot: 'wire',
      run(call, next) {
        call.note(says.goes)
        return next(call)
      },
    })
    const { meter, of } = remembering()
    const looks = layer({
      name: 'looks',
      slot: 'repeat',
      async run(call, next) {
        const outcome = await next(call)
        counted = of('ocr.decisions').length
        return outcome
      },
    })
    const stack = pipeline([metrics({ meter }), looks, own], scriptedTransport(replies(200)))
    await client({ pipeline: stack, origin: 'https://api.example.com' }).get('/')
    expect([counted, of('ocr.decisions').length]).toEqual([1, 1])
  })

  it('shows the turn of a circuit as a gauge', async () => {
    const says = notes('circuitBreaker', { probes: ['probes', '试探'] })
    const own = layer({
      name: 'mine',
      slot: 'guard',
      run(call, next) {
        call.note(says.probes, {}, 'mine')
        return next(call)
      },
    })
    const { http, recorded } = set([own])
    await http.get('/')
    expect(recorded.filter(([kind]) => kind === 'gauge')).toEqual([
      ['gauge', 'ocr.circuit.state', 1, { 'server.address': 'api.example.com', 'server.port': 443, layer: 'mine' }],
    ])
  })

  it.each([
    [{}, 'Prometheus'],
    [{ meter: remembering().meter }, 'OpenTelemetry'],
  ])('says in the plan where it goes', (options, about) => {
    const plan = pipeline([metrics(options)], scriptedTransport(replies(200))).plan()
    expect(String(plan)).toBe(`metrics(${about}) → scripted`)
  })

  it('tells apart one operation, when it is told so', async () => {
    const { meter, of } = remembering()
    const stack = pipeline([metrics({ meter, distinct: 1 })], scriptedTransport(replies(200)))
    const http = client({ pipeline: stack, origin: 'https://api.example.com' })
    for (const path of ['/a/{id}', '/b/{id}']) await http.get(path, { params: { id: 1 } })
    expect(of('ocr.requests').map(([, labels]) => labels)).toMatchObject([
      { operation: '/a/{id}' },
      { operation: 'other' },
    ])
  })

  it('tells apart one code of requests without an answer, when it is told so', async () => {
    const { meter, of } = remembering()
    const steps = [breaks('CONNECTION_RESET'), breaks('DNS_NOT_FOUND')] as const
    const stack = pipeline([metrics({ meter, distinct: 1 })], scriptedTransport(...steps))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() })
    for (const _ of steps) await http.outcome({ path: '/' })
    const errors = of('http.client.request.duration').map(([, labels]) => (labels as any)['error.type'])
    expect(errors).toEqual(['CONNECTION_RESET', 'other'])
  })
})

describe('the page of metrics', () => {
  it('says to a writer which methods there are', async () => {
    const measured = metrics()
    await using page = await measured.listen(0)
    const { status: code, headers } = await fetch(page.url, { method: 'POST' })
    expect([code, headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('is closed at once, though a reader keeps its connection', async () => {
    const page = await metrics().listen(0)
    const socket = connect(page.port, '127.0.0.1')
    await new Promise((connected) => socket.once('connect', connected))
    const ended = new Promise((closed) => socket.once('close', closed))
    socket.on('error', () => {}).resume()
    await page.close()
    await ended
    expect(socket.destroyed).toBe(true)
  })

  const speaksIPv6 = Object.values(networkInterfaces()).some((given) => given?.some(({ address }) => address === '::1'))
  it.runIf(speaksIPv6)('has an address that a URL can hold, by IPv6 too', async () => {
    await using page = await metrics().listen(0, { host: '::1' })
    expect(page.url).toBe(`http://[::1]:${page.port}/metrics`)
    expect((await fetch(page.url)).status).toBe(200)
  })
})
