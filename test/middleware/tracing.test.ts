import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { client, layer, pipeline, Secret, type Stackable } from '@penstock/core'
import { replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { cache, retry, status, tracing, type TracingOptions } from '@penstock/middleware'
import { afterEach, describe, expect, it, vi } from 'vitest'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const tracer = provider.getTracer('test')
/** The propagator of the W3C, written as its specification says: the SDK's own wants a registration for the process. */
const w3c = {
  inject(at: Parameters<typeof trace.getSpanContext>[0], carrier: any, setter: any) {
    const { traceId, spanId, traceFlags } = trace.getSpanContext(at)!
    setter.set(carrier, 'traceparent', `00-${traceId}-${spanId}-0${traceFlags}`)
  },
  extract: (at: any) => at,
  fields: () => ['traceparent'],
}

afterEach(() => {
  exporter.reset()
  propagation.disable()
})

function traced(
  steps: readonly [Step, ...Step[]],
  options: TracingOptions<any> = { tracer },
  more: readonly Stackable[] = [],
) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const stack = pipeline([tracing(options), ...more, retry({ delay: 1 }), status()] as readonly Stackable[], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com:8443', clock, chance: () => 0.5 })
  const get = async (path: string, request = {}) => {
    const call = http.get(path, request).catch((error: unknown) => error)
    await clock.advance(1000)
    return call
  }
  return { get, transport, stack }
}
const spans = () => exporter.getFinishedSpans()

describe('tracing', () => {
  it('makes a span a call and one an attempt, inside it, by the semantic conventions', async () => {
    const { get } = traced([replies(503), replies(200)])
    await get('/things/7?page=2')
    const [first, second, call] = spans()
    expect(spans().map(({ name, kind, status: { code } }) => [name, kind, code])).toEqual([
      ['GET', SpanKind.CLIENT, SpanStatusCode.ERROR],
      ['GET', SpanKind.CLIENT, SpanStatusCode.UNSET],
      ['GET', SpanKind.INTERNAL, SpanStatusCode.UNSET],
    ])
    expect(first!.attributes).toEqual({
      'http.request.method': 'GET',
      'server.address': 'api.example.com',
      'server.port': 8443,
      'url.full': 'https://api.example.com:8443/things/7',
      'http.response.status_code': 503,
      'error.type': 'STATUS_503',
      'penstock.verdict': 'busy',
    })
    expect(second!.attributes).toMatchObject({ 'http.request.resend_count': 1, 'http.response.status_code': 200 })
    expect(first!.parentSpanContext?.spanId).toBe(call!.spanContext().spanId)
    expect(second!.spanContext().traceId).toBe(call!.spanContext().traceId)
  })

  it('tells what layers decided, as events of the call', async () => {
    const { get } = traced([replies(503), replies(200)])
    await get('/')
    expect(spans().at(-1)!.events).toMatchObject([
      { name: 'retry.waits', attributes: { attempt: 1, wait: 0.5, code: 'STATUS_503' } },
    ])
  })

  it('sends W3C traceparent with every attempt, each its own span', async () => {
    propagation.setGlobalPropagator(w3c)
    const { get, transport } = traced([replies(503), replies(200)])
    await get('/')
    const [first, second] = spans()
    expect(transport.calls.map(({ headers }) => headers['traceparent'])).toEqual(
      [first!, second!].map((span) => `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`),
    )
  })

  it('hangs the call under the active span', async () => {
    const outer = tracer.startSpan('outer')
    const { get } = traced([replies(200)])
    vi.spyOn(context, 'active').mockReturnValue(trace.setSpan(ROOT_CONTEXT, outer))
    await get('/')
    expect(spans().at(-1)!.parentSpanContext?.spanId).toBe(outer.spanContext().spanId)
  })

  it('puts no secret, no query and no header into a span', async () => {
    const { get } = traced([replies(401)])
    const request = {
      headers: { 'x-plain': 'c4n4ry', authorization: new Secret('key', 's3cret') },
      query: { token: new Secret('token', 't0ken'), q: 'c4n4ry' },
    }
    await get('/path', request)
    const told = JSON.stringify(spans().map(({ name, attributes, events }) => ({ name, attributes, events })))
    expect(told).not.toMatch(/c4n4ry|s3cret|t0ken/)
    expect(told).toContain('STATUS_401')
  })

  it('makes no call another one for a cache', async () => {
    const { get, transport } = traced([replies(200)], { tracer }, [cache()])
    await get('/')
    await get('/')
    expect(transport.calls).toHaveLength(1)
    expect(spans().map(({ kind }) => kind)).toEqual([SpanKind.CLIENT, SpanKind.INTERNAL, SpanKind.INTERNAL])
  })

  it('ends the spans of a bug, which passes as it was thrown', async () => {
    const bug = new TypeError('with a secret')
    const breaks = layer({
      name: 'breaks',
      slot: 'wire',
      run: () => {
        throw bug
      },
    })
    const stack = pipeline([tracing({ tracer }), breaks] as readonly Stackable[], scriptedTransport(replies(200)))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() })
    await expect(http.get('/')).rejects.toBe(bug)
    expect(spans().map(({ attributes, status: ended }) => [attributes['error.type'], ended])).toEqual([
      ['bug', { code: SpanStatusCode.ERROR }],
      ['bug', { code: SpanStatusCode.ERROR }],
    ])
  })

  it('passes calls on when nobody records', async () => {
    const { get, transport } = traced([replies(200)], {})
    expect(await get('/')).toMatchObject({ status: 200 })
    expect(transport.calls[0]!.headers['traceparent']).toBeUndefined()
    expect(spans()).toEqual([])
  })

  it('goes by another name in the plan', () => {
    const { stack } = traced([replies(200)], { tracer, name: 'spans' })
    expect(stack.plan().layers[0]).toMatchObject({ name: 'spans', slot: 'observe' })
  })
})
