import { context, propagation, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { client, type Endpoint, layer, pipeline, Secret, type Stackable } from '@penstock/core'
import {
  breaks,
  hangs,
  later,
  replies,
  repliesJson,
  scriptedTransport,
  type Step,
  virtualClock,
} from '@penstock/core/testing'
import { cache, hedge, redirect, reject, retry, status, tracing, type TracingOptions } from '@penstock/middleware'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const tracer = provider.getTracer('test')

beforeEach(() => {
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterEach(() => {
  exporter.reset()
  for (const api of [propagation, context, trace]) api.disable()
})

function traced(
  steps: readonly [Step, ...Step[]],
  options: TracingOptions<any> = { tracer },
  inside: readonly Stackable[] = [retry({ delay: 100, retries: 1 }), status(), redirect()],
) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const layer = tracing(options)
  const stack = pipeline([layer, ...inside] as readonly Stackable[], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com:8443', clock, chance: () => 0.5 })
  const get = async (path: string, request = {}) => {
    const call = http.get(path, request).catch((error: unknown) => error)
    await clock.drain()
    return call
  }
  return { get, http, clock, transport, layer, stack }
}

const spans = () => exporter.getFinishedSpans()
const header = (span: { spanContext: Span['spanContext'] }) =>
  `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`
const about = {
  'http.request.method': 'GET',
  'server.address': 'api.example.com',
  'server.port': 8443,
  'url.scheme': 'https',
  'url.template': '/things/{id}',
}

describe('tracing', () => {
  it('makes a span a call and one an attempt, inside it, by the semantic conventions', async () => {
    const { get } = traced([replies(503), replies(200)])
    await get('/things/{id}', { params: { id: 7 }, query: { page: 2 } })
    const [first, second, call] = spans()
    const told = spans().map(({ name, kind, attributes, status: { code } }) => [name, kind, attributes, code])
    const attempt = { ...about, 'url.full': 'https://api.example.com:8443/things/7' }
    const failed = { 'error.type': '503', 'penstock.code': 'STATUS_503', 'penstock.verdict': 'busy' }
    const well = { 'http.response.status_code': 200, 'penstock.verdict': 'ok' }
    expect(told).toEqual([
      [
        'GET /things/{id}',
        SpanKind.CLIENT,
        { ...attempt, 'http.response.status_code': 503, ...failed },
        SpanStatusCode.ERROR,
      ],
      [
        'GET /things/{id}',
        SpanKind.CLIENT,
        { ...attempt, ...well, 'http.request.resend_count': 1 },
        SpanStatusCode.UNSET,
      ],
      ['GET /things/{id}', SpanKind.INTERNAL, { ...about, ...well }, SpanStatusCode.UNSET],
    ])
    for (const span of [first!, second!]) expect(span.parentSpanContext?.spanId).toBe(call!.spanContext().spanId)
  })

  it('names a call by its endpoint, and tells the code of its vendor', async () => {
    const text = { en: 'used up', zh: '用尽' }
    const row = {
      verdict: 'quota',
      code: 'DAY_LIMIT',
      message: '',
      meaning: text,
      advice: text,
      source: 'here',
    } as const
    const read = {
      id: 'acme.read',
      method: 'POST',
      path: '/read',
      encoding: 'json',
      input: z.object({}),
      output: z.looseObject({}),
      verdicts: { code: 'error_code', message: 'error_msg', success: ['0'], rows: { 17: row } },
    } as const satisfies Endpoint
    const { http } = traced([repliesJson({ error_code: 17 })], { tracer }, [status(), reject()])
    await http.call(read, {}).catch(() => {})
    const [attempt, call] = spans()
    expect([attempt!.name, call!.name, call!.attributes['penstock.endpoint']]).toEqual([
      'POST',
      'acme.read',
      'acme.read',
    ])
    expect(attempt!.attributes).toMatchObject({ 'http.response.status_code': 200, 'error.type': 'DAY_LIMIT' })
  })

  it('takes its times from the clock of the call', async () => {
    const { get, clock } = traced([later(30, breaks('CONNECTION_RESET')), later(20, replies(200))])
    const begun = clock.date()
    await get('/')
    const at = ([seconds, nanos]: readonly [number, number]) =>
      Math.round((seconds * 1000 - begun) * 1000 + nanos / 1000) / 1000
    const [first, second, call] = spans()
    const waits = call!.events[0]!
    const wait = waits.attributes!['wait'] as number
    expect([at(first!.startTime), at(first!.endTime), at(waits.time)]).toEqual([0, 30, 30])
    expect([at(second!.startTime), at(second!.endTime)]).toEqual([30 + wait, 50 + wait])
    expect([at(call!.startTime), at(call!.endTime)]).toEqual([0, 50 + wait])
  })

  it('tells what layers decided, as events of the call', async () => {
    const { get } = traced([replies(503), replies(200)])
    await get('/')
    expect(
      spans()
        .at(-1)!
        .events.map(({ name, attributes }) => ({ name, attributes })),
    ).toEqual([{ name: 'retry.waits', attributes: { attempt: 1, wait: expect.any(Number), code: 'STATUS_503' } }])
  })

  it('sends W3C traceparent with every attempt, each its own span', async () => {
    const { get, transport } = traced([replies(503), replies(200)])
    await get('/')
    expect(transport.calls.map(({ headers }) => headers['traceparent'])).toEqual(spans().slice(0, 2).map(header))
  })

  it('hangs the call under the active span, and hands its tracestate on', async () => {
    const { get, transport } = traced([replies(200)])
    const from = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'acme=1,other=2' }
    await context.with(propagation.extract(context.active(), from), () => get('/'))
    const [attempt, call] = spans()
    expect([call!.parentSpanContext?.spanId, call!.spanContext().traceId]).toEqual(['b'.repeat(16), 'a'.repeat(32)])
    const { traceparent, tracestate } = transport.calls[0]!.headers
    expect([traceparent, tracestate]).toEqual([header(attempt!), 'acme=1,other=2'])
  })

  it('tells no server of the trace when it is told not to', async () => {
    const { get, transport } = traced([replies(200)], { tracer, propagate: false })
    await get('/')
    expect([transport.calls[0]!.headers, spans().length]).toEqual([{}, 2])
  })

  it('is the active span of what runs inside it', async () => {
    const active: (Span | undefined)[] = []
    const looks = layer({
      name: 'looks',
      slot: 'wire',
      run: (call, next) => (active.push(trace.getActiveSpan()), next(call)),
    })
    const { get } = traced([replies(200)], { tracer }, [status(), looks])
    await get('/')
    expect(active.map((span) => span?.spanContext().spanId)).toEqual([spans()[0]!.spanContext().spanId])
  })

  it('counts the requests before an attempt, redirects too, as resends', async () => {
    const { get } = traced([replies(302, { location: '/b' }), replies(503), replies(200)])
    await get('/a')
    expect(spans().map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 2, undefined])
  })

  it('hangs both copies of a hedged call under it', async () => {
    context.disable()
    const { get } = traced([hangs(), replies(200)], { tracer }, [hedge({ delay: 50 }), status()])
    await get('/')
    const call = spans().find(({ kind }) => kind === SpanKind.INTERNAL)!
    const copies = spans().filter(({ kind }) => kind === SpanKind.CLIENT)
    expect(copies.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      Array(2).fill(call.spanContext().spanId),
    )
    expect(copies.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([1, undefined])
  })

  it('puts no secret, no query and no header into a span', async () => {
    const { get } = traced([replies(401)])
    const request = {
      headers: { 'x-plain': 'c4n4ry', authorization: new Secret('key', 's3cret') },
      query: { token: new Secret('token', 't0ken'), q: 'c4n4ry' },
    }
    await get('/path', request)
    const told = JSON.stringify(
      spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
    )
    expect(told).not.toMatch(/c4n4ry|s3cret|t0ken/)
    expect(told).toContain('STATUS_401')
  })

  it('shows a method that nobody knows as _OTHER, and what it was', async () => {
    const { http } = traced([replies(200)])
    await http.send({ method: 'BREW', path: '/' })
    const told = { 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' }
    expect([spans()[0]!.name, spans()[0]!.attributes]).toEqual(['HTTP', expect.objectContaining(told)])
  })

  it('makes no call another one for a cache', async () => {
    const { get, transport } = traced([replies(200)], { tracer }, [cache(), status()])
    await get('/')
    await get('/')
    expect(transport.calls).toHaveLength(1)
    expect(spans().map(({ kind }) => kind)).toEqual([SpanKind.CLIENT, SpanKind.INTERNAL, SpanKind.INTERNAL])
  })

  it('ends the spans of a bug, which passes as it was thrown', async () => {
    const bug = new TypeError('with a secret')
    const breaks = layer({ name: 'breaks', slot: 'wire', run: () => Promise.reject(bug) })
    const { get } = traced([replies(200)], { tracer }, [breaks])
    expect(await get('/')).toBe(bug)
    expect(spans().map(({ attributes, status: ended }) => [attributes['error.type'], ended])).toEqual([
      ['bug', { code: SpanStatusCode.ERROR }],
      ['bug', { code: SpanStatusCode.ERROR }],
    ])
  })

  it('passes calls on as they are until a provider is registered, then traces', async () => {
    const { get, transport } = traced([replies(200)], {})
    await get('/')
    expect([transport.calls[0]!.headers, spans()]).toEqual([{}, []])
    trace.setGlobalTracerProvider(provider)
    await get('/')
    expect(transport.calls[1]!.headers['traceparent']).toBe(header(spans()[0]!))
    expect(spans()[0]!.instrumentationScope.name).toBe('penstock')
  })

  it('tells no server of a trace that it has no part in, while no provider is registered', async () => {
    const { get, transport, layer: told } = traced([replies(200)], {})
    const from = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
    await context.with(propagation.extract(context.active(), from), () => get('/'))
    expect([transport.calls[0]!.headers, told.dropped]).toEqual([{}, 0])
  })

  it('traces calls of which nothing is recorded', async () => {
    const told = tracing({ tracer })
    const stack = pipeline([told, status()], scriptedTransport(replies(200)))
    const http = client({ pipeline: stack, origin: 'https://a.example', clock: virtualClock(), diagnose: 'off' })
    await http.get('/')
    expect([spans().length, told.dropped]).toEqual([2, 0])
  })

  it('takes the tracer of a provider that hands them out itself, as another copy of the API may register one', async () => {
    const { get, transport } = traced([replies(200)], {})
    const api = (globalThis as Record<symbol, any>)[Symbol.for('opentelemetry.js.api.1')]
    api.trace = provider
    await get('/')
    expect(transport.calls[0]!.headers['traceparent']).toBe(header(spans()[0]!))
    expect(spans().map(({ instrumentationScope }) => instrumentationScope.name)).toEqual(['penstock', 'penstock'])
  })

  it('breaks no call when a tracer or a propagator breaks, and counts that', async () => {
    const broken = () => {
      throw new Error('broken')
    }
    const deaf = traced([replies(200)], { tracer: { startSpan: broken } as unknown as Tracer })
    expect([await deaf.get('/'), deaf.layer.dropped]).toEqual([expect.objectContaining({ status: 200 }), 1])
    propagation.disable()
    propagation.setGlobalPropagator({ inject: broken, extract: (at) => at, fields: () => [] })
    const mute = traced([replies(200)])
    expect([await mute.get('/'), mute.layer.dropped, spans().length]).toEqual([
      expect.objectContaining({ status: 200 }),
      1,
      2,
    ])
  })

  it('ends a span that cannot be told what was decided', async () => {
    const deaf = {
      ...tracer,
      startSpan(...given: Parameters<Tracer['startSpan']>) {
        const addEvent = () => {
          throw new Error('broken')
        }
        return Object.assign(tracer.startSpan(...given), { addEvent })
      },
    }
    const { get, layer: told } = traced([replies(503), replies(200)], { tracer: deaf })
    await get('/')
    expect([spans().map(({ attributes }) => attributes['penstock.verdict']), told.dropped]).toEqual([
      ['busy', 'ok', 'ok'],
      1,
    ])
  })

  it('takes a status of 4xx for an error where no layer judges it', async () => {
    const stack = pipeline([tracing({ tracer })], scriptedTransport(replies(404), replies(304)))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() })
    await http.get('/')
    await http.get('/')
    expect(spans().map(({ attributes }) => attributes['error.type'])).toEqual(['404', '404', undefined, undefined])
  })

  it('goes by another name in the plan', () => {
    const { stack } = traced([replies(200)], { tracer, name: 'spans' })
    expect(stack.plan().layers[0]).toMatchObject({ name: 'spans', slot: 'observe' })
  })
})
