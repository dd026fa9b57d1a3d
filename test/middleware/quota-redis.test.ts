import net from 'node:net'
import { client, type Failure, ledgerOf, pipeline } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { quota, type QuotaOptions, reject, status } from '@penstock/middleware'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { listening, serving } from '../support/loopback.ts'
import { needs } from '../support/needs.ts'
import { type CallTold, startPeer } from '../support/peers.ts'
import { startRedis } from '../support/redis.ts'

/** Accepts what comes, and counts it. */
async function accepting() {
  let accepted = 0
  const server = await serving((_, response) => {
    accepted++
    response.end('{}')
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { origin: server.origin, accepted: () => accepted }
}

const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind }) => kind.id) ?? []
const codes = (results: readonly (readonly CallTold[])[]) => {
  const found: Record<string, number> = {}
  for (const { code } of results.flat()) found[code] = (found[code] ?? 0) + 1
  return found
}
/** A way to a Redis that can be blocked without being closed. */
async function relaying(port: number) {
  const sockets: net.Socket[] = []
  let isPaused = false
  const relay = await listening(
    net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1').on('error', () => {})
      sockets.push(near, far)
      near.on('data', (bytes) => far.write(bytes)).on('close', () => far.destroy())
      far.on('data', (bytes) => near.write(bytes)).on('close', () => near.destroy())
      if (isPaused) for (const socket of sockets) socket.pause()
    }),
  )
  onTestFinished(() => relay[Symbol.asyncDispose]())
  return {
    url: `redis://127.0.0.1:${relay.port}`,
    pause() {
      isPaused = true
      for (const socket of sockets) socket.pause()
    },
    resume() {
      isPaused = false
      for (const socket of sockets) socket.resume()
    },
  }
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

needs('redis-server')('quota over Redis', () => {
  async function redis() {
    const server = await startRedis()
    onTestFinished(() => server[Symbol.asyncDispose]())
    return server
  }
  /** A client of this process, with a layer of its own, as another process would have. */
  function using(origin: string, url: string | Redis, options: QuotaOptions = {}) {
    const budget = quota({ redis: url, warnAt: 1, ...options })
    const http = client({ pipeline: pipeline([budget, status(), reject()], undiciTransport()), origin })
    onTestFinished(() => http.close())
    const send = async (count: number) => {
      const outcomes = await Promise.all(Array.from({ length: count }, () => http.outcome({ path: '/' })))
      return outcomes.map(({ code }) => code)
    }
    return { http, budget, send, used: () => budget.used()[0]!.used }
  }
  async function peers(
    count: number,
    setup: { readonly origin: string; readonly redis: string; readonly options: object },
  ) {
    const all = await Promise.all(Array.from({ length: count }, () => startPeer({ layer: 'quota', ...setup })))
    onTestFinished(async () => void (await Promise.all(all.map((peer) => peer[Symbol.asyncDispose]()))))
    return all
  }
  async function reader(url: string) {
    const made = new Redis(url)
    made.on('error', () => {})
    onTestFinished(() => made.disconnect())
    await made.ping()
    return made
  }

  it('lets four processes together send exactly as many as are allowed', async () => {
    const [server, api] = [await redis(), await accepting()]
    const four = await peers(4, { origin: api.origin, redis: server.url, options: { limit: 500 } })
    const results = await Promise.all(four.map((peer) => peer.calls(200)))

    expect([codes(results), api.accepted()]).toEqual([{ STATUS_200: 500, QUOTA_SPENT: 300 }, 500])
  })

  it('goes on from what others have used, and gives back what did not count', async () => {
    const [server, api] = [await redis(), await accepting()]
    const [one, other] = [using(api.origin, server.url, { limit: 5 }), using(api.origin, server.url, { limit: 5 })]
    await one.send(3)
    await one.http.outcome({ path: '/', signal: AbortSignal.abort() })
    expect(await other.send(4)).toEqual(['STATUS_200', 'STATUS_200', 'QUOTA_SPENT', 'QUOTA_SPENT'])
    const refused = (await one.http.outcome({ path: '/' })) as Failure

    expect([api.accepted(), refused.retryAfter! > 0, one.used(), other.used()]).toEqual([5, true, 5, 5])
  })

  it('gives back to others what turned out not to be billed', async () => {
    const [server, api] = [await redis(), await accepting()]
    const counts = () => false
    const one = using(api.origin, server.url, { limit: 2, counts })
    expect(await one.send(2)).toEqual(['STATUS_200', 'STATUS_200'])
    await one.send(1)

    expect(await using(api.origin, server.url, { limit: 2 }).send(1)).toEqual(['STATUS_200'])
  })

  it('tells all when the server has said that nothing is left', async () => {
    const server = await redis()
    const used = await serving((_, response) => response.writeHead(402).end('{}'))
    onTestFinished(() => used[Symbol.asyncDispose]())
    const verdictOf = () => 'quota' as const
    const said = (url: string) => {
      const stack = pipeline([quota({ redis: url }), status({ verdictOf })], undiciTransport())
      const http = client({ pipeline: stack, origin: used.origin })
      onTestFinished(() => http.close())
      return http
    }
    const [one, other] = [said(server.url), said(server.url)]
    await one.outcome({ path: '/' })
    await one.outcome({ path: '/' })
    await expect.poll(async () => (await other.outcome({ path: '/' })).code).toBe('QUOTA_SPENT')
    const { because } = (await other.outcome({ path: '/' })) as Failure

    expect(because).toMatch(/^the server has said that the quota is used: free again at /)
  })

  it('keeps counts until an hour after their day, under digests, and one name for processes that are gone', async () => {
    const [server, api] = [await redis(), await accepting()]
    for (let run = 0; run < 3; run++) {
      const { http, send } = using(api.origin, server.url, { limit: 100 })
      await send(5)
      await http.close()
    }
    const look = await reader(server.url)
    const keys = (await look.keys('*')).toSorted()
    const day = new Date().toISOString().slice(0, 10)

    expect(keys).toEqual([expect.stringMatching(new RegExp(`^penstock:quota:\\{[0-9a-f]{32}:${day}\\}:counts$`))])
    expect(await look.pttl(keys[0]!)).toBeGreaterThan(3_590_000)
    expect(await look.hgetall(keys[0]!)).toEqual({ '@epoch': expect.any(String), '@total': '15', 'p:gone': '15' })
    expect(await using(api.origin, server.url, { limit: 100 }).send(1)).toEqual(['STATUS_200'])
  })

  it('goes on with its share while Redis is gone, and says so', async () => {
    const [server, api] = [await redis(), await accepting()]
    const [one, other] = [using(api.origin, server.url, { limit: 21 }), using(api.origin, server.url, { limit: 21 })]
    await one.send(5)
    await other.send(5)
    await one.send(1)
    await server.kill()
    const first = await one.http.get('/')
    const rest = await one.send(9)
    const last = (await one.http.outcome({ path: '/' })) as Failure

    // 10 of 21 are left for two, a tenth of it for neither
    expect(notesOf(first)).toEqual(['quota.alone'])
    expect(rest).toEqual([...Array(3).fill('STATUS_200'), ...Array(6).fill('QUOTA_SPENT')])
    expect([last.because, last.retryAfter]).toEqual(['its share is used, and the count of all cannot be asked', 1000])
    await server.restart()
    await expect.poll(() => one.used() === 15 && other.used() === 15, { timeout: 3000 }).toBe(true)
    await sleep(1500)
    expect(await other.send(9)).toEqual([...Array(6).fill('STATUS_200'), ...Array(3).fill('QUOTA_SPENT')])
    expect(api.accepted()).toBe(21)
  })

  it('refuses while Redis is gone when it is told to, and has no share of what it never knew', async () => {
    const [server, api] = [await redis(), await accepting()]
    const strict = using(api.origin, server.url, { limit: 1000, whenGone: 'refuse' })
    const late = using(api.origin, server.url, { limit: 1000 })
    await strict.send(2)
    await server.kill()
    expect([await strict.send(2), await late.send(2)]).toEqual([
      Array(2).fill('QUOTA_SPENT'),
      Array(2).fill('QUOTA_SPENT'),
    ])
    await server.restart()
    await expect
      .poll(async () => [...(await strict.send(1)), ...(await late.send(1))], { timeout: 2000 })
      .toEqual(['STATUS_200', 'STATUS_200'])
  })

  it('restores what the dead had used from those who knew it', async () => {
    const [server, api] = [await redis(), await accepting()]
    const [one, dead] = [using(api.origin, server.url, { limit: 20 }), using(api.origin, server.url, { limit: 20 })]
    await dead.send(12)
    await dead.http.close()
    await one.send(1)
    await server.restart()
    await sleep(2500)

    expect(await one.send(9)).toEqual([...Array(7).fill('STATUS_200'), ...Array(2).fill('QUOTA_SPENT')])
    expect(await using(api.origin, server.url, { limit: 20 }).send(1)).toEqual(['QUOTA_SPENT'])
  })

  it('waits once for a Redis that says nothing, until its share is kept for it, then goes on with that', async () => {
    const [server, api] = [await redis(), await accepting()]
    const one = using(api.origin, server.url, { limit: 100 })
    await one.send(1)
    server.freeze()
    onTestFinished(() => server.thaw())
    const from = performance.now()
    const first = await one.http.get('/')
    const between = performance.now()
    await one.send(20)
    const then = performance.now()

    expect(notesOf(first)).toEqual(['quota.slow', 'quota.alone'])
    expect([between - from > 1000, between - from < 2000, then - between < 500]).toEqual([true, true, true])
    server.thaw()
    await expect.poll(async () => notesOf(await one.http.get('/')), { timeout: 2000 }).toEqual([])
    expect(one.used()).toBe(api.accepted())
  })

  it('keeps the share of a process that cannot be heard from those that can, for a minute', async () => {
    const [server, api] = [await redis(), await accepting()]
    const relay = await relaying(server.port)
    const [cut, well] = [using(api.origin, relay.url, { limit: 20 }), using(api.origin, server.url, { limit: 20 })]
    await well.send(2)
    await cut.send(2)
    relay.pause()
    // of the 16 that are left a tenth is nobody's, and half of the others its
    expect(await cut.send(9)).toEqual([...Array(7).fill('STATUS_200'), ...Array(2).fill('QUOTA_SPENT')])
    expect((await well.send(12)).filter((code) => code === 'STATUS_200')).toHaveLength(9)
    relay.resume()
    await expect.poll(() => [cut.used(), well.used(), api.accepted()], { timeout: 3000 }).toEqual([20, 20, 20])
    expect([await cut.send(1), await well.send(1)]).toEqual([['QUOTA_SPENT'], ['QUOTA_SPENT']])
  })

  it('leaves no share to a process that is there: the last call is anybody’s', async () => {
    const [server, api] = [await redis(), await accepting()]
    const [one, other] = [using(api.origin, server.url, { limit: 10 }), using(api.origin, server.url, { limit: 10 })]
    await other.send(1)

    expect(await one.send(10)).toEqual([...Array(9).fill('STATUS_200'), 'QUOTA_SPENT'])
    expect(api.accepted()).toBe(10)
  })

  it('counts nothing twice over a client of the user’s, which sends again what broke off', async () => {
    const [server, api] = [await redis(), await accepting()]
    const theirs = await reader(server.url)
    const one = using(api.origin, theirs, { limit: 1000 })
    await one.send(10)
    server.freeze()
    await one.send(10)
    server.thaw()
    await server.restart()
    await sleep(2000)
    await one.send(10)

    expect([one.used(), api.accepted()]).toEqual([30, 30])
    await one.http.close()
    expect(theirs.status).toBe('ready')
  })

  it.each([
    ['all that is left used meanwhile', 600],
    ['some left for after it', 1000],
  ])(
    'Redis killed and restarted in mid-run, %s: over the limit a hundredth at most, no call lost, together again within 2 s',
    async (_, limit) => {
      const [server, api] = [await redis(), await accepting()]
      const four = await peers(4, { origin: api.origin, redis: server.url, options: { limit } })
      await Promise.all(four.map((peer) => peer.calls(1)))
      const running = four.map((peer) => peer.calls(500, 5))
      await sleep(300)
      await server.kill()
      await sleep(800)
      await server.restart()
      await sleep(2000)
      const look = await reader(server.url)
      const [counts] = await look.keys('*:counts')
      const told = Number(await look.hget(counts!, '@total'))
      const results = await Promise.all(running)
      const last = await Promise.all(four.map((peer) => peer.calls(50)))
      await Promise.all(four.map((peer) => peer.close()))

      expect(results.flat().length).toBe(2000)
      expect(Object.keys(codes([...results, ...last])).toSorted()).toEqual(['QUOTA_SPENT', 'STATUS_200'])
      expect(api.accepted()).toBeLessThanOrEqual(limit * 1.01)
      expect(api.accepted()).toBeGreaterThanOrEqual(limit)
      expect(told).toBeGreaterThanOrEqual(limit)
      expect(Math.max(...results.flat().map(({ took }) => took))).toBeLessThan(1000)
      expect(four.map(({ unhandled, exitCode }) => [unhandled, exitCode])).toEqual(four.map(() => [[], 0]))
    },
  )
})
