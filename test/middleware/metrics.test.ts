import { client, type Endpoint, pipeline, Secret } from '@penstock/core'
import { breaks, later, replies, repliesJson, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { circuitBreaker, metrics, type MetricsOptions, rateLimit, redirect, retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { named } from '../support/prometheus.ts'

type Steps = readonly [Step, ...Step[]]

function set(options: MetricsOptions, ...steps: Steps) {
  const clock = virtualClock()
  const measured = metrics(options)
  const stack = pipeline(
    [measured, retry({ delay: 100, retries: 2 }), status(), redirect()],
    scriptedTransport(...steps),
  )
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
  return { clock, measured, stack, http }
}

const read = {
  id: 'acme.read',
  method: 'POST',
  path: '/read/{page}',
  encoding: 'json',
  input: z.object({ page: z.number() }),
  output: z.looseObject({}),
} as const satisfies Endpoint

const about = { operation: '/things/{id}' }
const server = { server_address: 'api.example.com', server_port: '443', url_scheme: 'https' }

describe('metrics', () => {
  it('counts calls and failures by operation, vendor, verdict and code', async () => {
    const { http, measured } = set({}, repliesJson({}), replies(400))
    await http.call(read, { page: 7 })
    await http.call(read, { page: 7 }).catch(() => {})
    const text = await measured.text()
    const operation = { operation: 'acme.read', vendor: 'acme' }
    expect(named(text, 'ocr_requests_total')).toEqual([
      { labels: { ...operation, verdict: 'ok' }, value: 1 },
      { labels: { ...operation, verdict: 'input' }, value: 1 },
    ])
    expect(named(text, 'ocr_failures_total')).toEqual([
      { labels: { ...operation, verdict: 'input', code: 'STATUS_400' }, value: 1 },
    ])
  })

  it('measures every request in seconds, as OpenTelemetry names it, and the call with its waits', async () => {
    const { http, measured, clock } = set(
      {},
      later(30, replies(503)),
      later(20, breaks('CONNECTION_RESET')),
      later(50, replies(200)),
    )
    const reply = http.get('/things/{id}', { params: { id: 7 } })
    await clock.drain()
    await reply
    const text = await measured.text()
    const request = { ...about, http_request_method: 'GET', ...server }
    expect(named(text, 'http_client_request_duration_seconds_sum')).toEqual([
      {
        labels: { ...request, http_response_status_code: '503', error_type: '503', verdict: 'busy', attempt: '1' },
        value: 0.03,
      },
      { labels: { ...request, error_type: 'CONNECTION_RESET', verdict: 'network', attempt: '2' }, value: 0.02 },
      { labels: { ...request, http_response_status_code: '200', verdict: 'ok', attempt: '3' }, value: 0.05 },
    ])
    expect(named(text, 'ocr_retries_total')).toEqual([{ labels: about, value: 2 }])
    const whole = named(text, 'ocr_request_duration_seconds_sum')[0]!.value
    const waited = named(text, 'ocr_wait_duration_seconds_sum')[0]!.value
    expect(waited).toBeGreaterThan(0)
    expect(whole).toBeCloseTo(0.1 + waited, 9)
  })

  it('has the buckets that OpenTelemetry advises, or those it is given', async () => {
    const bounds = async (options: MetricsOptions) => {
      const { http, measured } = set(options, replies(200))
      await http.get('/')
      return named(await measured.text(), 'http_client_request_duration_seconds_bucket').map(
        ({ labels }) => labels['le'],
      )
    }
    const advised = '0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf'
    expect((await bounds({})).join(' ')).toBe(advised)
    expect(await bounds({ buckets: [0.5, 60] })).toEqual(['0.5', '60', '+Inf'])
  })

  it('measures each hop of a redirect as a request, of which the last alone was judged', async () => {
    const { http, measured } = set({}, replies(302, { location: '/there' }), replies(200))
    await http.get('/things/{id}', { params: { id: 7 } })
    const counted = named(await measured.text(), 'http_client_request_duration_seconds_count')
    expect(
      counted.map(({ labels }) => [labels['http_response_status_code'], labels['verdict'], labels['attempt']]),
    ).toEqual([
      ['302', 'unknown', '1'],
      ['200', 'ok', '1'],
    ])
  })

  it('tells what layers decided, once each, and how long they waited', async () => {
    const clock = virtualClock()
    const measured = metrics()
    const breaker = circuitBreaker({ volume: 2, openFor: 500 })
    const stack = pipeline(
      [measured, retry({ delay: 100, retries: 1 }), breaker, rateLimit({ limit: 1 }), status()],
      scriptedTransport(replies(503)),
    )
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
    const call = http.get('/things/{id}', { params: { id: 7 } }).catch(() => {})
    await clock.drain()
    await call
    const text = await measured.text()
    expect(named(text, 'ocr_decisions_total')).toEqual([
      { labels: { ...about, layer: 'retry', decision: 'waits' }, value: 1 },
      { labels: { ...about, layer: 'rateLimit', decision: 'waits' }, value: 1 },
      { labels: { ...about, layer: 'circuitBreaker', decision: 'opens' }, value: 1 },
      { labels: { ...about, layer: 'retry', decision: 'attempts_used' }, value: 1 },
    ])
    expect(named(text, 'ocr_wait_duration_seconds_count').map(({ labels }) => labels['layer'])).toEqual([
      'retry',
      'rateLimit',
    ])
  })

  it('shows the latest turn of the circuit of an origin', async () => {
    const clock = virtualClock()
    const measured = metrics()
    const transport = scriptedTransport(replies(503), replies(503), later(10, replies(200)))
    const stack = pipeline([measured, circuitBreaker({ volume: 2, openFor: 500, probes: 1 }), status()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
    const state = async () => named(await measured.text(), 'ocr_circuit_state')
    const at = (value: number) => {
      const { server_address, server_port } = server
      return [{ labels: { server_address, server_port, layer: 'circuitBreaker' }, value }]
    }
    await http.get('/').catch(() => {})
    await http.get('/').catch(() => {})
    expect(await state()).toEqual(at(2))
    await clock.advance(1000)
    const probe = http.get('/')
    await clock.drain()
    await probe
    expect(await state()).toEqual(at(0))
  })

  it('never shows a path that is no template, a query, a header, or a secret', async () => {
    const { http, measured } = set({}, replies(200))
    const query = { key: new Secret('key', 'canary'), also: 'canary' }
    await http.get('/things/canary', { query, headers: { 'x-key': 'canary' } })
    await http.get('https://api.example.com/things/{id}?key=canary', { params: { id: 'canary' } })
    const text = await measured.text()
    expect(text).not.toContain('canary')
    expect(named(text, 'ocr_requests_total').map(({ labels }) => labels['operation'])).toEqual([
      'other',
      '/things/{id}',
    ])
  })

  it('calls operations by the name it is given for them', async () => {
    const { http, measured } = set({ operation: ({ method }) => `any ${method}` }, replies(200))
    await http.get('/things/7')
    expect(named(await measured.text(), 'ocr_requests_total')[0]!.labels['operation']).toBe('any GET')
  })

  it('tells apart as many operations, servers and codes as it is told, and takes the rest as one', async () => {
    const { http, measured } = set({ distinct: 2 }, replies(200))
    for (const letter of ['a', 'b', 'c', 'd', 'a'])
      await http.get(`https://${letter}.example.com/${letter}/{id}`, { params: { id: 1 } })
    const text = await measured.text()
    expect(named(text, 'ocr_requests_total').map(({ labels, value }) => [labels['operation'], value])).toEqual([
      ['/a/{id}', 2],
      ['/b/{id}', 1],
      ['other', 2],
    ])
    const servers = named(text, 'http_client_request_duration_seconds_count').map(
      ({ labels }) => labels['server_address'],
    )
    expect(servers).toEqual(['a.example.com', 'b.example.com', 'other'])
  })

  it('shows a method that nobody knows as _OTHER, and attempts beyond the tenth as other', async () => {
    const measured = metrics()
    const stack = pipeline(
      [measured, retry({ delay: 0, retries: 11, budget: Infinity }), status()],
      scriptedTransport(replies(503)),
    )
    const clock = virtualClock()
    const http = client({ pipeline: stack, origin: 'http://[::1]:8080', clock, maxAttempts: 12 })
    const call = http.send({ method: 'BREW', path: '/', repeatable: 'always' }).catch(() => {})
    await clock.drain()
    await call
    const counted = named(await measured.text(), 'http_client_request_duration_seconds_count')
    expect(counted.map(({ labels, value }) => [labels['attempt'], value]).slice(-2)).toEqual([
      ['10', 1],
      ['other', 2],
    ])
    expect(counted[0]!.labels).toMatchObject({
      http_request_method: '_OTHER',
      server_address: '::1',
      server_port: '8080',
      url_scheme: 'http',
    })
  })

  it('counts a bug as one, and lets it pass', async () => {
    const bug = new TypeError('bug')
    const measured = metrics()
    const stack = pipeline([measured, () => Promise.reject(bug)], scriptedTransport(replies(200)))
    await expect(client({ pipeline: stack, origin: 'https://api.example.com' }).get('/')).rejects.toBe(bug)
    expect(named(await measured.text(), 'ocr_failures_total')).toEqual([
      { labels: { operation: 'other', verdict: 'bug', code: 'BUG' }, value: 1 },
    ])
  })

  it('breaks no call when it cannot measure, and counts that', async () => {
    const { http, measured } = set(
      {
        operation: () => {
          throw new Error('broken')
        },
      },
      replies(200),
    )
    expect((await http.get('/')).status).toBe(200)
    expect(measured.dropped).toBe(2)
  })
})
