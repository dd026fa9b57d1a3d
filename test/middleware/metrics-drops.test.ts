/** What `metrics` does when something that it counts with is broken. */
import { client, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { metrics, type MetricsOptions, status } from '@penstock/middleware'
import { Counter, Histogram, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { named } from '../support/prometheus.ts'

function set(options: MetricsOptions) {
  const measured = metrics(options)
  const stack = pipeline([measured, status()], scriptedTransport(replies(200)))
  return { measured, http: client({ pipeline: stack, origin: 'https://api.example.com' }) }
}

describe('metrics', () => {
  it('leaves out what one broken instrument would say, and no more', async () => {
    const counted: string[] = []
    const say = (name: string) => {
      if (name === 'ocr.requests' || name === 'http.client.request.duration') throw new Error('broken')
      counted.push(name)
    }
    const { measured, http } = set({
      meter: {
        createCounter: (name) => ({ add: () => say(name) }),
        createGauge: (name) => ({ record: () => say(name) }),
        createHistogram: (name) => ({ record: () => say(name) }),
      },
    })
    expect((await http.get('/a')).status).toBe(200)
    expect([counted, measured.dropped]).toEqual([['ocr.request.duration'], 2])
  })

  it('counts a call under other when its operation cannot be named', async () => {
    const operation = () => {
      throw new Error('broken')
    }
    const { measured, http } = set({ operation })
    await http.get('/things/{id}', { params: { id: 7 } })
    expect(named(await measured.text(), 'ocr_requests_total')).toEqual([
      { labels: { operation: 'other', verdict: 'ok' }, value: 1 },
    ])
    expect(measured.dropped).toBe(2)
  })

  it.each([
    ['labels', 'http_client_request_duration_seconds', (settings: any) => new Histogram(settings)],
    ['kind', 'ocr_requests_total', (settings: any) => new Histogram(settings)],
    ['labels', 'ocr_retries_total', (settings: any) => new Counter({ ...settings, labelNames: ['by'] })],
  ])('does not share a registry with another library’s metric of other %s: %s', (_, name, make) => {
    const registry = new Registry()
    make({ name, help: 'of another library', labelNames: ['operation', 'vendor', 'verdict'], registers: [registry] })
    expect(() => metrics({ registry })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `metrics: the registry has another ${name}: give one of its own`,
      }),
    )
  })

  it('takes a meter or a registry, not both', () => {
    const meter = {
      createCounter: () => ({ add() {} }),
      createGauge: () => ({ record() {} }),
      createHistogram: () => ({ record() {} }),
    }
    expect(() => metrics({ meter, registry: new Registry() })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'metrics: there are a meter and a registry: give one of them',
      }),
    )
  })
})
