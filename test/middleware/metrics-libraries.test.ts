/** What `metrics` is read through: Prometheus over HTTP, and OpenTelemetry's own SDK. */
import { request } from 'node:http'
import { client, pipeline } from '@penstock/core'
import { later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { metrics, type MetricsOptions, retry, status } from '@penstock/middleware'
import { type MeterProvider as Provider } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { register, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { named, samples } from '../support/prometheus.ts'

function set(options: MetricsOptions, ...steps: readonly Step[]) {
  const measured = metrics(options)
  const transport = scriptedTransport(...(steps as [Step]), replies(200))
  const stack = pipeline([measured, retry({ delay: 100, retries: 1 }), status()], transport)
  const clock = virtualClock()
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
  return { measured, stack, http, clock }
}

/** Over a real socket. */
const asked = (url: string, method = 'GET') =>
  new Promise<{ status: number | undefined; type: string | undefined; text: string }>((resolve, reject) => {
    const asking = request(url, { method, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], text }))
    })
    asking.on('error', reject).end()
  })

const refused = { code: 'ECONNREFUSED' }

describe('metrics for Prometheus', () => {
  it('is scraped over HTTP, as text that Prometheus reads', async () => {
    const { measured, stack, http } = set({})
    await http.get('/things/{id}', { params: { id: 7 } })
    const { url } = await measured.listen(0)
    const { status, type, text } = await asked(url)
    await stack.close()
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(text).toContain('# TYPE http_client_request_duration_seconds histogram\n')
    expect(named(text, 'ocr_requests_total')).toEqual([
      { labels: { operation: '/things/{id}', verdict: 'ok' }, value: 1 },
    ])
    expect(samples(text).filter(({ name }) => name.startsWith('http_client_request_duration_seconds'))).toHaveLength(17)
  })

  it('listens on this machine alone, to reads of one page alone', async () => {
    const { measured, stack } = set({})
    const { url, port } = await measured.listen(0)
    expect(url).toBe(`http://127.0.0.1:${port}/metrics`)
    const answers = [asked(url, 'HEAD'), asked(url, 'POST'), asked(url.replace('metrics', '')), asked(`${url}?a=b`)]
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 405, 404, 200])
    await stack.close()
  })

  it('keeps no process alive by listening', async () => {
    const { measured, stack } = set({})
    const listening = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
    const before = listening()
    await measured.listen(0)
    expect(listening()).toBe(before)
    await stack.close()
  })

  it('is closed with its pipeline, or by whoever opened it', async () => {
    const { measured, stack } = set({})
    const [first, second] = [await measured.listen(0), await measured.listen(0)]
    await first.close()
    await expect(asked(first.url)).rejects.toMatchObject(refused)
    expect((await asked(second.url)).status).toBe(200)
    await stack.close()
    await expect(asked(second.url)).rejects.toMatchObject(refused)
  })

  it('says which port it cannot have', async () => {
    const { measured, stack } = set({})
    const { port } = await measured.listen(0)
    await expect(measured.listen(port)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `metrics: cannot listen on 127.0.0.1:${port}: EADDRINUSE`,
    })
    await stack.close()
  })

  it('answers 500 when its registry cannot be read', async () => {
    const registry = new Registry()
    const { measured, stack } = set({ registry })
    registry.metrics = () => Promise.reject(new Error('canary'))
    const { url } = await measured.listen(0)
    expect(await asked(url)).toEqual({ status: 500, type: undefined, text: '' })
    await stack.close()
  })

  it('keeps to a registry of its own, or shares the one it is given with others', async () => {
    const registry = new Registry()
    for (const prefix of ['ocr', 'ocr', 'acme']) {
      const { http } = set({ registry, prefix })
      await http.get('/')
    }
    const text = await registry.metrics()
    const count = (name: string) => named(text, name).map(({ value }) => value)
    expect([count('ocr_requests_total'), count('acme_requests_total')]).toEqual([[2], [1]])
    expect(count('http_client_request_duration_seconds_count')).toEqual([3])
    expect(await register.metrics()).toBe('\n')
  })
})

describe('metrics for OpenTelemetry', () => {
  it('records the same into a meter, by the names of the semantic conventions', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const provider: Provider = new MeterProvider({ readers: [reader] })
    const { http, clock } = set({ meter: provider.getMeter('test') }, later(30, replies(503)), later(20, replies(200)))
    const call = http.get('/things/{id}', { params: { id: 7 } })
    await clock.drain()
    await call
    await reader.forceFlush()
    const seen = exporter.getMetrics()[0]!.scopeMetrics[0]!.metrics
    await reader.shutdown()
    const of = (name: string) => seen.find(({ descriptor }) => descriptor.name === name)!
    const points = (name: string) => of(name).dataPoints.map(({ attributes, value }) => ({ attributes, value }))
    expect(seen.map(({ descriptor: { name, unit } }) => [name, unit])).toEqual([
      ['ocr.requests', '{request}'],
      ['ocr.retries', '{attempt}'],
      ['ocr.decisions', '{decision}'],
      ['ocr.request.duration', 's'],
      ['ocr.wait.duration', 's'],
      ['http.client.request.duration', 's'],
    ])
    const operation = '/things/{id}'
    expect(points('ocr.requests')).toEqual([{ attributes: { operation, verdict: 'ok' }, value: 1 }])
    const request = {
      'http.request.method': 'GET',
      'server.address': 'api.example.com',
      'server.port': 443,
      'url.scheme': 'https',
      operation,
    }
    expect(points('http.client.request.duration')).toMatchObject([
      {
        attributes: {
          ...request,
          'http.response.status_code': 503,
          'error.type': '503',
          verdict: 'busy',
          attempt: '1',
        },
        value: {
          count: 1,
          sum: 0.03,
          buckets: { boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
        },
      },
      {
        attributes: { ...request, 'http.response.status_code': 200, verdict: 'ok', attempt: '2' },
        value: { count: 1, sum: 0.02 },
      },
    ])
  })

  it('is read by its exporters and not as text', async () => {
    const { measured } = set({ meter: new MeterProvider().getMeter('test') })
    const told = { code: 'CONFIG_INVALID', message: 'metrics: what goes into a meter is read by its exporters' }
    await expect(measured.text()).rejects.toMatchObject(told)
    await expect(measured.listen(0)).rejects.toMatchObject(told)
  })
})

describe('metrics without sense', () => {
  it.each([
    [{ prefix: 'a-b' }, "metrics: prefix is 'a-b': give letters, digits and _"],
    [{ distinct: 0 }, 'metrics: distinct is 0: give a number from 1 up'],
    [{ buckets: [1, 1] }, 'metrics: buckets do not rise: give seconds above zero, the smallest first'],
    [{ buckets: [0] }, 'metrics: buckets do not rise: give seconds above zero, the smallest first'],
  ])('%j is refused when it is made', (options, message) => {
    expect(() => metrics(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })
})
