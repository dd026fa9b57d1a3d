/** Spans of a call and its attempts, by OpenTelemetry's own SDK, printed as they end. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { client, pipeline } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { retry, status, timeout, tracing } from '@penstock/middleware'

let asked = 0
const server = createServer((_, response) => response.writeHead(++asked === 1 ? 503 : 200).end('{}'))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const spans = tracing({ tracer: provider.getTracer('example') })
const stack = pipeline([spans, retry({ delay: 10 }), timeout({ after: 2_000 }), status()], gotTransport())

const http = client({ pipeline: stack, origin })
await http.get('/things')
for (const { name, kind, attributes, events } of exporter.getFinishedSpans())
  console.log(
    kind,
    name,
    attributes,
    events.map((event) => event.name),
  )

await http.close()
await provider.shutdown()
server.close()
