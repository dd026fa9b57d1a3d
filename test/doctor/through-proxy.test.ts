/** The checks of a set-up that goes through a proxy, over real sockets. */
import type { Stackable } from '../../packages/core/src/order.ts'
import { proxy, proxyFromEnv } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { certificate } from '../support/certificates.ts'
import { closedPort, serving, servingBytes, servingTls } from '../support/loopback.ts'
import { proxying } from '../support/proxies.ts'
import { examined, gist } from './examined.ts'

const lost = ['dns', 'tcp', 'tls', 'http', 'clock'].map((id) => `${id} skip because of proxy`)
const skipped = ['runtime ok runtime.versions', ...lost]
const by = (layer: () => Stackable) => ({ layers: () => [layer()] })
const without = (lines: readonly string[]) => lines.filter((line) => !line.startsWith('proxy '))

describe('a set-up that goes through a proxy', () => {
  it('is examined through the tunnel, and nothing goes past it', async () => {
    const own = await certificate({ ip: '127.0.0.1' })
    await using server = await servingTls(own)
    await using way = await proxying({ authorization: 'Basic bWU6aHVzaA==' })
    const layer = () => proxy(way.origin, { user: 'me', password: 'hush' })
    const results = await examined({ origin: server.origin, tls: { ca: own.cert }, timeout: 20_000, ...by(layer) })

    expect(gist(results)).toEqual([
      'runtime ok runtime.versions',
      'proxy ok proxy.through',
      'dns ok dns.byProxy dns.literal',
      'tcp ok tcp.open',
      'tls ok tls.good tls.hello',
      'http ok http.answers',
      'clock ok clock.right',
    ])
    expect(results[1]?.findings[0]?.en).toBe(
      `calls go through ${way.origin}, as the stack says: it makes a tunnel to 127.0.0.1`,
    )
    expect(new Set(way.asked.map(({ line }) => line))).toEqual(new Set([`CONNECT 127.0.0.1:${server.port}`]))
    expect(way.asked).toHaveLength(server.opened)
    expect(JSON.stringify(results)).not.toMatch(/hush|bWU6/)
  })

  it('hands http to the proxy, and asks it for no tunnel', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    await using way = await proxying()
    const results = await examined({ origin: server.origin, ...by(() => proxy(way.origin)) })

    expect(gist(results).slice(1)).toEqual([
      'proxy ok proxy.handed',
      'dns ok dns.byProxy dns.literal',
      'tcp ok tcp.open',
      'tls skip tls.plain',
      'http ok http.answers',
      'clock ok clock.right',
    ])
    expect(way.asked.some(({ line }) => line.startsWith('CONNECT'))).toBe(false)
    expect(way.asked[0]?.line).toBe(`HEAD ${server.origin}/`)
  })

  it.each([
    ['', /wants a user and a password/],
    ['me:hunter2@', /does not take the password/],
  ])('has its 407 named with %j, with a cure that cures it', async (user, text) => {
    const own = await certificate({ ip: '127.0.0.1' })
    await using server = await servingTls(own)
    await using way = await proxying({ authorization: 'Basic bWU6aHVzaA==' })
    const look = async (HTTPS_PROXY: string) => {
      const set = by(() => proxyFromEnv({ env: { HTTPS_PROXY } }))
      return examined({ origin: server.origin, env: { HTTPS_PROXY }, tls: { ca: own.cert }, ...set, timeout: 20_000 })
    }
    const results = await look(way.origin.replace('//', `//${user}`))
    const [, refused] = results

    expect(without(gist(results))).toEqual(skipped)
    expect([refused?.status, refused?.findings[0]?.id]).toEqual(['fail', 'proxy.wants'])
    expect(refused?.findings[0]?.en).toMatch(text)
    expect(JSON.stringify(results)).not.toContain('hunter2')

    const [, url = ''] = /^HTTPS_PROXY='(.+)' /.exec(refused?.findings[0]?.fix?.en ?? '') ?? []
    const cured = await look(url.replace('USER', 'me').replace('PASSWORD', 'hush'))
    expect(cured.every(({ status }) => status === 'ok')).toBe(true)
  })

  it('has its refusal, its silence, its absence and its being no proxy named', async () => {
    await using refusing = await proxying({ answers: 'HTTP/1.1 403 No\r\n\r\n' })
    await using silent = await servingBytes((socket) => void socket.resume())
    await using another = await servingBytes((socket) => socket.end('SSH-2.0\r\n'))
    await using early = await proxying({ answers: 'HTTP/1.1 200 OK\r\n\r\nfirst' })
    const told: (string | undefined)[] = []
    for (const url of [
      early.origin,
      refusing.origin,
      silent.origin,
      `http://127.0.0.1:${await closedPort()}`,
      another.origin,
    ]) {
      const results = await examined({ origin: 'https://api.example.com', ...by(() => proxy(url)) })
      expect(without(gist(results))).toEqual(skipped)
      told.push(results[1]?.findings[0]?.en.replaceAll(url, 'PROXY'))
    }
    expect(told).toEqual([
      'nobody answers as a proxy at PROXY, through which calls go (PROXY_REFUSED)',
      'the proxy that calls go through, PROXY, answers 403 and makes no tunnel to port 443 of api.example.com',
      'nobody answers as a proxy at PROXY, through which calls go (ETIMEDOUT)',
      'nobody answers as a proxy at PROXY, through which calls go (ECONNREFUSED)',
      expect.stringMatching(/^nobody answers as a proxy at PROXY, through which calls go \(HPE_/),
    ])
  })

  it('has the TLS of the proxy itself named apart from that of the server', async () => {
    const own = await certificate({ ip: '127.0.0.1' })
    const other = await certificate({ name: 'elsewhere.example' })
    await using server = await servingTls(own)
    await using secure = await proxying({ secure: own })
    await using misnamed = await proxying({ secure: other })
    await using plain = await proxying()
    const look = async (layer: () => Stackable) =>
      (await examined({ origin: server.origin, tls: { ca: own.cert }, timeout: 20_000, ...by(layer) })).slice(1)
    const found = async (layer: () => Stackable) => (await look(layer))[0]?.findings[0]

    expect(await found(() => proxy(secure.origin))).toMatchObject({
      id: 'proxy.insecure',
      en: expect.stringMatching(/^the TLS of the proxy itself, https:.* is refused: the certificate is self-signed/),
      facts: { because: 'tls.selfSigned', fix: expect.stringMatching(/proxy\(url, { tls: { ca } }\)/) },
    })
    expect(await found(() => proxy(misnamed.origin, { tls: { ca: other.cert } }))).toMatchObject({
      id: 'proxy.insecure',
      facts: { because: 'tls.name' },
    })
    expect(await found(() => proxy(plain.origin.replace('http', 'https')))).toMatchObject({
      id: 'proxy.insecure',
      fix: { en: `It speaks plain http: write ${plain.origin}` },
    })
    expect(gist(await look(() => proxy(secure.origin, { tls: { ca: own.cert } })))[3]).toBe('tls ok tls.good tls.hello')
  })

  it('has the certificate of the server named through the tunnel', async () => {
    await using server = await servingTls(await certificate({ name: 'elsewhere.example' }))
    await using way = await proxying()
    const results = await examined({ origin: server.origin, ...by(() => proxy(way.origin)) })
    expect(gist(results).slice(3)).toEqual([
      'tcp ok tcp.open',
      'tls fail tls.selfSigned',
      'http skip because of tls',
      'clock skip because of tls',
    ])
  })

  it('goes straight to what NO_PROXY excepts, as the layer reads it', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    const env = { HTTP_PROXY: `http://127.0.0.1:${await closedPort()}`, NO_PROXY: '127.0.0.0/8' }
    const results = await examined({ origin: server.origin, env, ...by(() => proxyFromEnv({ env })) })
    expect(gist(results).slice(1, 4)).toEqual(['proxy ok proxy.excepted', 'dns ok dns.literal', 'tcp ok tcp.open'])
  })

  it.each(['socks5://127.0.0.1:1080', 'http://['])('says that the layer cannot use %j', async (HTTPS_PROXY) => {
    const env = { HTTPS_PROXY }
    const results = await examined({
      origin: 'https://api.example.com',
      env,
      ...by(() => proxyFromEnv({ env })),
    })
    expect(without(gist(results))).toEqual(skipped)
    expect(results[1]?.findings[0]?.en).toMatch(/cannot be used: proxyFromEnv\(\): HTTPS_PROXY/)
  })
})
