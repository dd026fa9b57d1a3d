/**
 * OpenTelemetry with its own SDK: a span a call and one an attempt, the trace handed to the server, and metrics into a Meter.
 * In a service the exporters are OTLP's.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider } from '@opentelemetry/sdk-metrics'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { client, pipeline } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { metrics, retry, status, timeout, tracing } from '@penstock/middleware'

let asked = 0
const server = createServer(({ headers }, response) => {
  console.log('the server sees', headers['traceparent'])
  response.writeHead(++asked === 1 ? 503 : 200).end('{}')
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const spans = new InMemorySpanExporter()
const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
trace.setGlobalTracerProvider(tracers)
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] })

const meter = meters.getMeter('example')
const layers = [tracing(), metrics({ meter }), retry({ delay: 10 }), timeout({ after: 2_000 }), status()] as const
const http = client({ pipeline: pipeline(layers, gotTransport()), origin })
await trace.getTracer('example').startActiveSpan('a job', async (job) => {
  await http.get('/things/{id}', { params: { id: 7 } })
  job.end()
})

for (const span of spans.getFinishedSpans())
  console.log(span.name, span.attributes, 'decided:', span.events.map(({ name }) => name).join(', ') || 'nothing')
await meters.forceFlush()
const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
for (const { descriptor } of scopes.flatMap((scope) => scope.metrics)) console.log(descriptor.name)

await http.close()
await Promise.all([tracers.shutdown(), meters.shutdown()])
server.close()
