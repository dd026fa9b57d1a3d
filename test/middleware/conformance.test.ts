import { conformance, type Subject } from '@penstock/core/testing'
import {
  adaptiveConcurrency,
  bulkhead,
  cache,
  chaos,
  circuitBreaker,
  cookies,
  credential,
  deadline,
  dedupe,
  defaults,
  direct,
  fallback,
  hedge,
  hosts,
  httpCache,
  idempotencyKey,
  limits,
  metrics,
  proxy,
  proxyFromEnv,
  quota,
  rateLimit,
  redirect,
  reject,
  requestLog,
  retry,
  sign,
  status,
  timeout,
  tls,
  token,
  tracing,
} from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { modules } from '../support/modules.ts'

/** Every layer of the package, in a form in which it does something. */
const subjects: Readonly<Record<string, Subject>> = {
  adaptiveConcurrency: { layer: () => adaptiveConcurrency() },
  bulkhead: { layer: () => bulkhead({ limit: 2 }) },
  cache: { layer: () => cache() },
  chaos: { layer: () => chaos({ faults: [{ fault: 'latency', milliseconds: 30, rate: 1 }] }) },
  circuitBreaker: { layer: () => circuitBreaker() },
  cookies: { layer: () => cookies() },
  credential: { layer: () => credential({ bearer: 'a-key' }) },
  deadline: { layer: () => deadline({ after: 300_000 }) },
  dedupe: { layer: () => dedupe() },
  defaults: { layer: () => defaults({ headers: { 'x-app': 'kit' } }) },
  direct: { layer: () => direct() },
  fallback: { layer: () => fallback({ to: async (call, first) => (await call.wait(40)) ?? first }) },
  hedge: { layer: () => hedge({ delay: 60 }) },
  hosts: { layer: () => hosts({ addresses: async () => '127.0.0.1' }) },
  httpCache: { layer: () => httpCache() },
  idempotencyKey: { layer: () => idempotencyKey() },
  limits: { layer: () => limits({ body: 1024 }) },
  metrics: { layer: () => metrics() },
  proxy: { layer: () => proxy('http://proxy.example.com:3128') },
  proxyFromEnv: { layer: () => proxyFromEnv({ env: { all_proxy: 'http://proxy.example.com:3128' } }) },
  quota: { layer: () => quota({ limit: 50 }) },
  rateLimit: { layer: () => rateLimit({ limit: 50 }) },
  redirect: { layer: () => redirect() },
  reject: { layer: () => reject() },
  requestLog: { layer: () => requestLog({ onError: () => {} }) },
  retry: { layer: () => retry() },
  sign: { layer: () => sign({ sign: async () => ({ headers: { 'x-signature': 'signed' } }) }) },
  status: { layer: () => status() },
  timeout: { layer: () => timeout({ after: 200_000, idle: 100_000 }) },
  tls: { layer: () => tls() },
  tracing: { layer: () => tracing() },
  token: { layer: () => token({ source: async () => ({ token: 'a-token', expiresIn: 3_600_000 }) }) },
}

describe.each(Object.entries(subjects))('%s', (_, subject) => {
  it.each([...conformance(subject)])('$promise', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

it('puts every layer of the package through it', () => {
  const layers = modules('packages/middleware/src/*.ts').map(({ path }) => path.replace(/^.*\//, '').replace('.ts', ''))
  const names = layers.filter((name) => !['index', 'default-stack'].includes(name))
  const camel = names.map((name) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()))
  expect(Object.keys(subjects).toSorted()).toEqual(camel.toSorted())
})
