import { client, ConfigError, ledgerOf, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { reject, status, token, type TokenOptions } from '@penstock/middleware'
import { redisStore } from '@penstock/middleware/stores/redis'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { serving } from '../support/loopback.ts'
import { needs } from '../support/needs.ts'
import { startPeer } from '../support/peers.ts'
import { startRedis } from '../support/redis.ts'

const keys = { clientId: 'an-id', clientSecret: 'a-client-secret' } as const

/** Issues t1, t2, …; takes those that have not been revoked. */
async function issuing(slow: (issued: number) => number = () => 0) {
  const revoked = new Set<string>()
  const used: string[] = []
  let issued = 0
  const server = await serving((request, response) => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/oauth/token') {
      request.resume()
      const body = JSON.stringify({ access_token: `t${++issued}`, expires_in: 3600 })
      return setTimeout(() => response.end(body), slow(issued))
    }
    const bearer = request.headers.authorization!.slice('Bearer '.length)
    used.push(bearer)
    response.statusCode = revoked.has(bearer) ? 401 : 200
    return response.end('{}')
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { ...server, origin: server.origin, revoked, used, issued: () => issued }
}

const notesOf = (thing: unknown): unknown[] => {
  const ledger = ledgerOf(thing)
  const all = [ledger, ...(ledger?.children ?? [])].flatMap((one) => one?.notes ?? [])
  return all.map(({ kind }) => kind.id)
}

needs('redis-server')('token over Redis', () => {
  async function redis() {
    const server = await startRedis()
    onTestFinished(() => server[Symbol.asyncDispose]())
    return server
  }
  /** A client of this process, with a memory of its own, as another process would have. */
  function using(origin: string, url: string, options: Pick<TokenOptions, 'storeKey'> = {}) {
    const layer = token({ ...keys, store: redisStore({ redis: url }), ...options })
    const http = client({ pipeline: pipeline([layer, status(), reject()], undiciTransport()), origin })
    onTestFinished(() => http.close())
    return http
  }
  async function peers(count: number, setup: { readonly origin: string; readonly redis: string }) {
    const started = Array.from({ length: count }, () => startPeer({ layer: 'token', options: keys, ...setup }))
    const all = await Promise.all(started)
    onTestFinished(async () => void (await Promise.all(all.map((peer) => peer[Symbol.asyncDispose]()))))
    return all
  }
  const verdicts = (results: readonly (readonly { verdict: string }[])[]) =>
    new Set(results.flat().map(({ verdict }) => verdict))

  it('lets four processes that start together fetch one token', async () => {
    const [server, api] = [await redis(), await issuing(() => 100)]
    const four = await peers(4, { origin: api.origin, redis: server.url })
    const results = await Promise.all(four.map((peer) => peer.calls(25)))

    expect([verdicts(results), api.issued(), new Set(api.used), api.used.length]).toEqual([
      new Set(['ok']),
      1,
      new Set(['t1']),
      100,
    ])
  })

  it('lets four processes whose token is revoked fetch one other', async () => {
    const [server, api] = [await redis(), await issuing(() => 100)]
    const four = await peers(4, { origin: api.origin, redis: server.url })
    await Promise.all(four.map((peer) => peer.calls(1)))
    api.revoked.add('t1')
    const results = await Promise.all(four.map((peer) => peer.calls(25)))

    expect([verdicts(results), api.issued()]).toEqual([new Set(['ok']), 2])
  })

  it('drops a refused token for all: who comes later gets the newer one, and no 401', async () => {
    const [server, api] = [await redis(), await issuing()]
    const [one, late] = [using(api.origin, server.url), using(api.origin, server.url)]
    await one.get('/')
    await late.get('/')
    api.revoked.add('t1')
    await one.get('/')
    await using(api.origin, server.url).get('/')
    // who still holds the old one looks there first after its 401
    const reply = await late.get('/')

    expect([api.used, api.issued()]).toEqual([['t1', 't1', 't1', 't2', 't2', 't1', 't2'], 2])
    expect(notesOf(reply)).toEqual(['token.drops', 'token.replays', 'token.stored'])
  })

  it('asks itself when the process whose turn it was has died, within its lease', async () => {
    const [server, api] = [await redis(), await issuing((issued) => (issued === 1 ? 60_000 : 0))]
    const [dying] = await peers(1, { origin: api.origin, redis: server.url })
    const lost = dying!.calls(1).catch(() => 'lost')
    await expect.poll(api.issued).toBe(1)
    await dying!.kill()
    const from = performance.now()
    const reply = await using(api.origin, server.url).get('/')

    expect([await lost, api.used, notesOf(reply)]).toEqual(['lost', ['t2'], ['token.others_turn']])
    expect(performance.now() - from).toBeLessThan(4000)
  })

  it('keeps nothing readable in Redis: neither token nor credential', async () => {
    const [server, api] = [await redis(), await issuing()]
    await using(api.origin, server.url).get('/')
    const reader = new Redis(server.url)
    onTestFinished(() => reader.disconnect())
    const found = await reader.keys('*')
    const value = (await reader.getBuffer(found[0]!))!

    expect(found).toEqual([expect.stringMatching(/^penstock:token-[0-9a-f]{64}$/)])
    expect(await reader.pttl(found[0]!)).toBeGreaterThan(3_590_000)
    expect(value.subarray(0, 17).toString()).toBe('penstock sealed 1')
    expect(value.toString('latin1')).not.toMatch(/t1|access|expires|secret/)
  })

  it('takes what was sealed with another key, or is spoilt, for a failing store', async () => {
    const [server, api] = [await redis(), await issuing()]
    await using(api.origin, server.url, { storeKey: 'one' }).get('/')
    const reply = await using(api.origin, server.url, { storeKey: 'two' }).get('/')
    expect([notesOf(reply), api.used]).toEqual([['token.store_failed'], ['t1', 't2']])

    const reader = new Redis(server.url)
    onTestFinished(() => reader.disconnect())
    const [key] = await reader.keys('*')
    await reader.set(key!, 'spoilt')
    expect(notesOf(await using(api.origin, server.url, { storeKey: 'two' }).get('/'))).toEqual(['token.store_failed'])
  })

  it('keeps tokens in clear when it is told to', async () => {
    const [server, api] = [await redis(), await issuing()]
    await using(api.origin, server.url, { storeKey: false }).get('/')
    const reader = new Redis(server.url)
    onTestFinished(() => reader.disconnect())
    const [key] = await reader.keys('*')

    expect(await reader.get(key!)).toContain('"token":"t1"')
  })

  it('wants a key for tokens of a function, which has no credential to derive one from', () => {
    const source = async () => ({ token: 't', expiresIn: 1000 })
    const store = redisStore({ redis: 'redis://127.0.0.1:1' })

    expect(() => token({ source, store })).toThrow(
      new ConfigError(
        'CONFIG_INVALID',
        'token: others can read the redis store: give storeKey, or false to keep tokens there in clear',
      ),
    )
    expect(token({ source, store, storeKey: 'a-key' }).name).toBe('token')
  })

  it('goes on by itself while Redis is killed and restarted, loses no call, and shares again within 2 s', async () => {
    const [server, api] = [await redis(), await issuing()]
    const four = await peers(4, { origin: api.origin, redis: server.url })
    await Promise.all(four.map((peer) => peer.calls(1)))
    const running = four.map((peer) => peer.calls(300, 10))
    await new Promise((resolve) => setTimeout(resolve, 500))
    await server.kill()
    api.revoked.add('t1')
    await new Promise((resolve) => setTimeout(resolve, 800))
    // each fetches for itself
    expect(api.issued()).toBe(5)
    await server.restart()
    const results = await Promise.all(running)
    const again = performance.now()

    expect([verdicts(results), api.issued()]).toEqual([new Set(['ok']), 5])
    // a token that all share again
    for (const old of ['t2', 't3', 't4', 't5']) api.revoked.add(old)
    expect(verdicts(await Promise.all(four.map((peer) => peer.calls(1))))).toEqual(new Set(['ok']))
    expect([api.issued(), performance.now() - again < 2000]).toEqual([6, true])
    await Promise.all(four.map((peer) => peer.close()))
    expect(four.map(({ unhandled, exitCode }) => [unhandled, exitCode])).toEqual(four.map(() => [[], 0]))
  })
})
