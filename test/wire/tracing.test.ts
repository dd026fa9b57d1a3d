/** What a server sees of a trace, and what a trace sees of the wire, on both transports. */
import { createServer } from 'node:http'
import { propagation } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { client, pipeline } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import { retry, status, tracing } from '@penstock/middleware'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listening } from '../support/loopback.ts'

beforeAll(() => void propagation.setGlobalPropagator(new W3CTraceContextPropagator()))
afterAll(() => propagation.disable())

it.each([
  ['got', gotTransport],
  ['undici', undiciTransport],
] as const)(
  'on %s each attempt arrives with the traceparent of its span, which knows the peer',
  async (_, transport) => {
    const arrived: unknown[] = []
    const server = createServer(({ headers }, response) => {
      arrived.push(headers['traceparent'])
      response.writeHead(arrived.length === 1 ? 503 : 200).end('{}')
    })
    await using loopback = await listening(server)
    const exporter = new InMemorySpanExporter()
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    const layers = [tracing({ tracer: provider.getTracer('test') }), retry({ delay: 1 }), status()] as const
    const { origin, port } = loopback
    await using http = client({ pipeline: pipeline(layers, transport()), origin })
    await http.get('/things')
    const attempts = exporter.getFinishedSpans().slice(0, 2)
    expect(arrived).toEqual(attempts.map((span) => `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`))
    const peer = { 'network.peer.address': '127.0.0.1', 'network.peer.port': port, 'url.full': `${origin}/things` }
    for (const { attributes } of attempts) expect(attributes).toMatchObject(peer)
  },
)
