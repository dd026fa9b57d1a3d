import { client, pipeline } from '@penstock/core'
import { hangs, replies, scriptedTransport } from '@penstock/core/testing'
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => void vi.useRealTimers())

test.each([Infinity, 2 ** 31])('a client that closes within %s ms waits for its calls', async (within) => {
  vi.useFakeTimers()
  const { promise, resolve } = Promise.withResolvers<void>()
  const transport = scriptedTransport(async (call) => {
    await call.until(promise)
    return replies(200)(call)
  })
  const http = client({ pipeline: pipeline([], transport), origin: 'https://api.example.com' })
  const answer = http.get('/')
  const closed = http.close({ within })
  await vi.advanceTimersByTimeAsync(60_000)
  resolve()
  expect((await answer).status).toBe(200)
  await closed
  expect(vi.getTimerCount()).toBe(0)
})

test('a deadline of more than 24 days does not wake the process at once', async () => {
  vi.useFakeTimers()
  const http = client({
    pipeline: pipeline(
      [(call, next) => next(call.within({ after: 2 ** 31, layer: 'bound', code: 'CALL_DEADLINE', verdict: 'late' }))],
      scriptedTransport(hangs()),
    ),
    origin: 'https://api.example.com',
    // nothing else shall set a timer
    diagnose: 'off',
  })
  const set = vi.spyOn(globalThis, 'setTimeout')
  const answer = http.get('/').catch((error: { code: string }) => error.code)
  expect(set.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual([2 ** 31 - 1])
  await vi.advanceTimersByTimeAsync(2 ** 31)
  expect(await answer).toBe('CALL_DEADLINE')
})
