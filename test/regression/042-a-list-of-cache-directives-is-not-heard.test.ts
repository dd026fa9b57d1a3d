import { client, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { httpCache, status } from '@penstock/middleware'
import { expect, it } from 'vitest'

/** A server of two pages, then of failures, and calls that say what they take in a list. */
function cached() {
  const clock = virtualClock()
  const page = replies(200, { 'cache-control': 'max-age=60' }, 'a page')
  const transport = scriptedTransport(page, page, replies(503))
  const http = client({
    pipeline: pipeline([httpCache(), status()], transport),
    origin: 'https://api.example.com',
    clock,
  })
  const get = (...says: readonly string[]) => http.outcome({ path: '/page', headers: { 'cache-control': says } })
  return { clock, transport, get }
}

it('a call that says in a list that it takes the cache alone, or nothing of it, is heard', async () => {
  const { get, transport } = cached()
  expect(await get('max-age=5', 'only-if-cached')).toMatchObject({ status: 504, code: 'NOT_CACHED' })
  await get()
  await get('no-transform', 'no-cache')
  expect(transport.calls.length).toBe(2)
})

it('a call that says in a list how old a page may be is heard', async () => {
  const { clock, get, transport } = cached()
  await get()
  await clock.advance(10_000)
  await get('no-transform', 'max-age=5')
  expect(transport.calls.length).toBe(2)
  await clock.advance(70_000)
  expect(await get('no-transform', 'stale-if-error=60')).toMatchObject({ status: 200 })
})
