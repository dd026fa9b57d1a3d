import { client, layer, type Middleware, pipeline, type Stackable } from '@penstock/core'
import { repliesJson, scriptedTransport, seeded, virtualClock } from '@penstock/core/testing'
import {
  adaptiveConcurrency,
  bulkhead,
  cache,
  circuitBreaker,
  cookies,
  deadline,
  dedupe,
  fallback,
  hedge,
  rateLimit,
  redirect,
  retry,
  status,
  timeout,
} from '@penstock/middleware'
import { expect, test } from 'vitest'

const things: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', 'fine'],
  ['an empty object', {}],
  ['another library’s response', new Response('there')],
  ['a shape of its own', { status: 200, data: {}, headers: {} }],
]
const halves: typeof things = [
  ['half an outcome', { failed: false, verdict: 'ok' }],
  ['half a failure', { failed: true, verdict: 'server' }],
]

/** Layers that read what comes out of the one inside them. */
const outside: readonly (readonly [string, () => readonly Stackable[]])[] = [
  ['nobody', () => []],
  ['deadline', () => [deadline({ after: 1000 })]],
  ['fallback', () => [fallback({ to: pipeline([status()], scriptedTransport(repliesJson({}))) })]],
  ['cache', () => [cache()]],
  ['dedupe', () => [dedupe()]],
  ['bulkhead', () => [bulkhead({ limit: 1 })]],
  ['adaptiveConcurrency', () => [adaptiveConcurrency({ limit: 1, maxLimit: 1 })]],
  ['retry', () => [retry()]],
  ['hedge', () => [hedge()]],
  ['circuitBreaker', () => [circuitBreaker()]],
  ['rateLimit', () => [rateLimit({ headers: 'follow' })]],
  ['timeout', () => [timeout({ after: 1000 })]],
  ['status', () => [status()]],
  ['redirect', () => [status(), redirect()]],
  ['cookies', () => [status(), cookies()]],
]

const open = (around: readonly Stackable[], given: () => unknown) => {
  const careless: Middleware = async (call, next) => {
    const outcome = await next(call)
    return call.path === '/careless' ? (given() as never) : outcome
  }
  const judges = around.some((one) => typeof one !== 'function' && one.slot === 'judge') ? [] : [status()]
  const stack = pipeline([...around, careless, ...judges], scriptedTransport(repliesJson({ ok: true })))
  return client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock(), chance: seeded(1) })
}

const longTrusted = async (http: ReturnType<typeof open>) => {
  for (let call = 0; call < 70; call++) await http.get(`/${call}`)
}

const rows = outside.flatMap(([who, around]) =>
  [...things, ...(who === 'nobody' ? halves : [])].map(([what, thing]) => ({ who, what, around, thing })),
)

test.each(rows)('$what, of a layer that was trusted, inside $who: is told, then named', async ({ around, thing }) => {
  const http = open(around(), () => thing)
  await longTrusted(http)
  await expect(http.get('/careless')).rejects.toMatchObject({
    code: 'NO_OUTCOME',
    kind: 'config',
    message: 'A layer gave no outcome: is a "return next(call)" missing? The next time it is named',
    hint: 'Return what next(call) gives.',
  })
  await longTrusted(http)
  await expect(http.get('/careless')).rejects.toMatchObject({
    code: 'NO_OUTCOME',
    message: `Layer 'careless' gave no outcome: is a "return next(call)" missing?`,
  })
  await http.close()
})

test('what broke on it stands in the cause, and it is named also for calls with options of their own', async () => {
  const http = open([retry()], () => undefined)
  const layers = { retry: { retries: 0 } }
  for (let call = 0; call < 70; call++) await http.get(`/${call}`, { layers })
  const first: unknown = await http.get('/careless', { layers }).catch((error: unknown) => error)
  expect((first as Error).cause).toEqual(new TypeError("Cannot read properties of undefined (reading 'verdict')"))
  await expect(http.get('/careless', { layers })).rejects.toMatchObject({
    message: expect.stringContaining('careless'),
  })
})

test.each([
  new TypeError('fetch failed'),
  new TypeError("Cannot read properties of undefined (reading 'name')"),
  new TypeError('reply.json is not a function'),
  new RangeError("Cannot read properties of undefined (reading 'verdict')"),
])('a bug of another kind passes untouched, however often: %s', async (bug) => {
  const http = open([retry()], () => {
    throw bug
  })
  await longTrusted(http)
  for (const _ of [1, 2]) await expect(http.get('/careless')).rejects.toBe(bug)
  const buggy = layer({
    name: 'buggy',
    slot: 'judge',
    run() {
      throw bug
    },
  })
  await expect(open([buggy], () => undefined).get('/')).rejects.toBe(bug)
})
