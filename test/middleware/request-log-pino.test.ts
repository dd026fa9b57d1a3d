import { Writable } from 'node:stream'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { client, pipeline, Secret } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { requestLog, retry, status, tracing } from '@penstock/middleware'
import pino, { type Logger } from 'pino'
import { describe, expect, it } from 'vitest'

/** A real pino that writes into an array. */
function logging(level: string, mixin = () => ({})): { readonly logger: Logger; readonly lines: () => readonly any[] } {
  const written: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk.toString())
      done()
    },
  })
  const lines = () => written.map((line) => JSON.parse(line) as unknown)
  return { logger: pino({ level, mixin, base: null, timestamp: false }, stream), lines }
}

async function logged(level: string, ...steps: Parameters<typeof scriptedTransport>) {
  const { logger, lines } = logging(level)
  const clock = virtualClock()
  const layers = [requestLog({ logger: logger.child({ part: 'http' }) }), retry({ delay: 1 }), status()] as const
  const http = client({
    pipeline: pipeline(layers, scriptedTransport(...steps)),
    origin: 'https://api.example.com',
    clock,
  })
  const headers = { authorization: new Secret('key', 's3cret-key'), 'x-plain': 'c4n4ry' }
  const call = http.post('/things', { headers, query: { q: 'c4n4ry' }, json: { text: 'c4n4ry' }, repeatable: 'always' })
  const settled = call.catch(() => undefined)
  await clock.advance(60_000)
  await settled
  return lines()
}

describe('requestLog with pino as it is', () => {
  it('writes one line a call at info, and keeps what the child was bound to', async () => {
    expect(await logged('info', replies(200))).toEqual([
      {
        level: 30,
        part: 'http',
        id: expect.any(Number),
        method: 'POST',
        url: 'https://api.example.com/things',
        verdict: 'ok',
        status: 200,
        attempts: 1,
        requests: 1,
        milliseconds: 0,
        msg: 'POST https://api.example.com/things 200',
      },
    ])
  })

  it('writes a call that fails at warn, with its code', async () => {
    const lines = await logged('info', replies(404))
    expect(lines).toMatchObject([{ level: 40, code: 'STATUS_404', verdict: 'input' }])
  })

  it('writes one line an attempt at debug', async () => {
    const lines = await logged('debug', replies(503), replies(200))
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [20, 'attempt 1'],
      [20, 'attempt 2'],
      [30, 'POST https://api.example.com/things 200'],
    ])
  })

  it('is tied to the trace by a mixin, when it stands inside tracing', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const exporter = new InMemorySpanExporter()
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    const { logger, lines } = logging('debug', () => ({ spanId: trace.getActiveSpan()?.spanContext().spanId }))
    const layers = [tracing({ tracer: provider.getTracer('test') }), requestLog({ logger }), status()] as const
    const http = client({
      pipeline: pipeline(layers, scriptedTransport(replies(200))),
      origin: 'https://api.example.com',
    })
    await http.get('/')
    context.disable()
    const [attempt, call] = exporter.getFinishedSpans().map((span) => span.spanContext().spanId)
    expect(lines().map(({ msg, spanId }) => [msg, spanId])).toEqual([
      ['attempt 1', attempt],
      ['GET https://api.example.com/ 200', call],
    ])
  })

  it('writes nothing of a header, a query or a body', async () => {
    const lines = await logged('debug', replies(503), replies(400, {}, 'c4n4ry'))
    expect(JSON.stringify(lines)).not.toMatch(/c4n4ry|s3cret/)
    expect(lines.length).toBe(3)
  })
})
