/** What `tracing` writes into spans, to the letter. */
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { client, layer, notes, pipeline, type Stackable } from '@penstock/core'
import { breaks, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { hedge, status, tracing } from '@penstock/middleware'
import { afterEach, describe, expect, it } from 'vitest'
import { Connection } from '../../packages/core/src/recorder/connection.ts'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const tracer = provider.getTracer('test')

afterEach(() => {
  exporter.reset()
  for (const api of [propagation, context, trace]) api.disable()
})

function traced(
  inside: readonly Stackable[],
  steps: readonly [Step, ...Step[]] = [replies(200)],
  options = { tracer },
) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const measured = tracing(options)
  const stack = pipeline([measured, ...inside] as readonly Stackable[], transport)
  return { clock, transport, measured, http: client({ pipeline: stack, origin: 'https://api.example.com', clock }) }
}

const spans = () => exporter.getFinishedSpans()
const request = {
  'http.request.method': 'GET',
  'server.address': 'api.example.com',
  'server.port': 443,
  'url.scheme': 'https',
}

/** Answers over a connection of its own, as a transport with sockets does. */
const over =
  (address: string | undefined, port: number | undefined, code = 200): Step =>
  (call) => {
    call.ledger.trips.at(-1)!.timeline!.begin(Object.assign(new Connection(), { address, port }))
    return replies(code)(call)
  }

describe('the span of an attempt', () => {
  it.each([
    ['an address and a port', '192.0.2.1', 443, { 'network.peer.address': '192.0.2.1', 'network.peer.port': 443 }],
    ['an address alone', '/run/api.sock', undefined, { 'network.peer.address': '/run/api.sock' }],
    ['neither', undefined, 443, {}],
  ])('says where it went, by %s', async (_, address, port, peer) => {
    const { http } = traced([status()], [over(address, port)])
    await http.get('/a')
    const { attributes } = spans()[0]!
    expect([Object.keys(attributes).length, attributes]).toEqual([
      7 + Object.keys(peer).length,
      {
        ...request,
        'url.full': 'https://api.example.com/a',
        'http.response.status_code': 200,
        'penstock.verdict': 'ok',
        ...peer,
      },
    ])
  })

  it('says nothing of where an earlier one went when it sends nothing itself', async () => {
    let attempts = 0
    const again = layer({
      name: 'again',
      slot: 'repeat',
      calls: 'many',
      run: async (call, next) => (await next(call)) && next(call.with({ attempt: 2 })),
    })
    const answers = layer({
      name: 'answers',
      slot: 'wire',
      run: async (call, next) => (++attempts === 1 ? next(call) : replies(204)(call)),
    })
    const { http } = traced([again, answers], [over('192.0.2.1', 443)])
    await http.get('/')
    expect(spans().map(({ attributes }) => attributes['network.peer.address'])).toEqual([
      '192.0.2.1',
      undefined,
      undefined,
    ])
  })

  it('has no status and no peer where there was none, and the code of what failed', async () => {
    const { http } = traced([status()], [breaks('CONNECTION_RESET')])
    await http.outcome({ path: '/' })
    const failed = {
      'penstock.verdict': 'network',
      'penstock.code': 'CONNECTION_RESET',
      'error.type': 'CONNECTION_RESET',
    }
    expect(spans().map(({ kind, attributes }) => [kind, Object.keys(attributes).length, attributes])).toEqual([
      [SpanKind.CLIENT, 8, { ...request, 'url.full': 'https://api.example.com/', ...failed }],
      [SpanKind.INTERNAL, 7, { ...request, ...failed }],
    ])
  })
})

it.each([
  [399, undefined, undefined],
  [400, '400', 'STATUS_400'],
])('a status of %i that nobody judges is an error of %s', async (code, error, named) => {
  const { http } = traced([], [replies(code)])
  await http.outcome({ path: '/' })
  const { attributes } = spans()[1]!
  expect([attributes['error.type'], attributes['penstock.code']]).toEqual([error, named])
})

it('an error that a layer found in a status of 400 is told by the status', async () => {
  const { http } = traced([status()], [replies(400)])
  await http.outcome({ path: '/' })
  expect(spans()[1]!.attributes['error.type']).toBe('400')
})

describe('the events of a call', () => {
  const says = notes('own', { goes: ['goes', '发出'] })
  const noting = layer({
    name: 'noting',
    slot: 'wire',
    run(call, next) {
      call.note(says.goes)
      return next(call)
    },
  })

  it('tell what was decided in copies of it too', async () => {
    const { http, clock } = traced(
      [hedge({ delay: 50 }), status(), noting],
      [() => new Promise(() => {}), replies(200)],
    )
    const done = http.get('/')
    await clock.drain()
    await done
    const call = spans().find(({ kind }) => kind === SpanKind.INTERNAL)!
    expect(call.events.filter(({ name }) => name === 'own.goes')).toHaveLength(2)
  })

  it('leave out what a call that was made on its behalf decided', async () => {
    const other = traced([noting])
    const asks = layer({
      name: 'asks',
      slot: 'wire',
      async run(call, next) {
        await other.http.outcome({ path: '/token', parent: call })
        return next(call)
      },
    })
    const { http } = traced([asks])
    await http.get('/')
    expect(
      spans()
        .filter(({ kind }) => kind === SpanKind.INTERNAL)
        .map(({ events }) => events.length),
    ).toEqual([1, 0])
  })

  it('have the time of the wall, however long the clock has run', async () => {
    const { http, clock } = traced([noting])
    await clock.advance(5_250)
    await http.get('/')
    const { startTime, events, endTime } = spans()[1]!
    const now = clock.date()
    const expected = [Math.floor(now / 1000), (now % 1000) * 1e6]
    expect([startTime, events[0]!.time, endTime]).toEqual([expected, expected, expected])
  })

  it('are not told to a span that records nothing', async () => {
    let told = 0
    const deaf = {
      ...tracer,
      startSpan: (...given: Parameters<typeof tracer.startSpan>) =>
        Object.assign(tracer.startSpan(...given), { isRecording: () => false, addEvent: () => void told++ }),
    }
    const { http } = traced([noting], [replies(200)], { tracer: deaf as unknown as typeof tracer })
    await http.get('/')
    expect(told).toBe(0)
  })
})

it('an attempt that cannot be traced is sent all the same', async () => {
  let made = 0
  const half = {
    ...tracer,
    startSpan(...given: Parameters<typeof tracer.startSpan>) {
      if (++made > 1) throw new Error('broken')
      return tracer.startSpan(...given)
    },
  }
  const { http, measured } = traced([], [replies(200)], { tracer: half })
  expect([(await http.get('/')).status, measured.dropped, spans().length]).toEqual([200, 1, 1])
})
