import { Secret } from '@penstock/core'
import { describe, expect, it } from 'vitest'
import { cached, page } from '../support/http-cached.ts'

describe('a call that says what it takes', () => {
  it.each([
    ['no-cache', 2],
    ['max-age=5', 2],
    ['max-age=20', 1],
    ['min-fresh=55', 2],
    ['min-fresh=45', 1],
  ])('%s: %i requests, ten seconds after the first', async (control, requests) => {
    const { text, asks, sent, seconds } = cached([page('max-age=60')])
    await text()
    await seconds(10)
    await asks(control)
    expect(sent()).toBe(requests)
  })

  it('asks by Pragma too, as long ago', async () => {
    const { text, sent } = cached([page('max-age=60')])
    await text()
    await text({ headers: { pragma: 'no-cache' } })
    expect(sent()).toBe(2)
  })

  it('takes what is stale when it says so, for as long as it says', async () => {
    const { text, asks, sent, seconds } = cached([page('max-age=10')])
    await text()
    await seconds(15)
    await asks('max-stale=10')
    expect(sent()).toBe(1)
    await asks('max-stale=1')
    expect(sent()).toBe(2)
  })

  it('says nothing by a secret', async () => {
    const { text, get, sent } = cached([page('max-age=60')])
    await text()
    expect((await get({ headers: { pragma: new Secret('odd', 'no-cache') } })).status).toBe(200)
    expect(sent()).toBe(2)
  })

  it('gets a 504 for what is stale when it asks for nothing but the cache', async () => {
    const { text, get, sent, seconds } = cached([page('max-age=10')])
    await text()
    await seconds(11)
    expect((await get({ headers: { 'cache-control': 'only-if-cached' } })).status).toBe(504)
    expect(sent()).toBe(1)
  })

  it('meets directives in any case, with spaces about them', async () => {
    const { text, sent, seconds } = cached([page('Private, Max-Age = 10')])
    await text()
    await seconds(9)
    await text()
    expect(sent()).toBe(1)
    await seconds(1)
    await text()
    expect(sent()).toBe(2)
  })

  it('leaves nothing behind when it says no-store', async () => {
    const { text, asks, sent } = cached([page('max-age=60')])
    await asks('no-store')
    await text()
    expect(sent()).toBe(2)
  })
})
