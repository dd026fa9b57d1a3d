/** The doctor in front of servers that are broken in one way each, over real sockets. */
import type { TlsOptions } from '@penstock/core'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../faults/fault.ts'
import { security } from '../faults/security.ts'
import { certificate, daysFromNow } from '../support/certificates.ts'
import { closedPort, serving, servingBytes, servingTls } from '../support/loopback.ts'
import { examined, gist } from './examined.ts'

const well = ['runtime ok runtime.versions', 'proxy ok proxy.none', 'dns ok dns.literal']
const rest = (because: string, ...checks: readonly string[]) => checks.map((id) => `${id} skip because of ${because}`)

describe('the doctor', () => {
  it.each([
    ['expired certificate', 'tls.expired'],
    ['certificate for another name', 'tls.name'],
    ['self-signed certificate', 'tls.selfSigned'],
    ['old TLS version', 'tls.version'],
    ['no cipher in common', 'tls.cipher'],
    ['reset at the ClientHello', 'tls.helloCut'],
  ])('names it: %s', async (name, finding) => {
    await using scene = await arranged(security, name)
    expect(gist(await examined(scene.faulty))).toEqual([
      ...well,
      'tcp ok tcp.open',
      `tls fail ${finding}`,
      ...rest('tls', 'http', 'clock'),
    ])
  })

  it.each([
    'expired certificate',
    'certificate for another name',
    'self-signed certificate',
    'reset at the ClientHello',
  ])('finds nothing once it is mended: %s', async (name) => {
    await using scene = await arranged(security, name)
    expect(gist(await examined({ ...(await scene.cured()), timeout: 20_000 }))).toEqual([
      ...well,
      'tcp ok tcp.open',
      'tls ok tls.good tls.hello',
      'http ok http.answers',
      'clock ok clock.right',
    ])
  })

  it('names what only the request finds: a client certificate, a TLS port behind http', async () => {
    await using wanting = await arranged(security, 'client certificate required')
    await using plain = await arranged(security, 'http to a TLS port')
    const [one, other] = [await examined(wanting.faulty), await examined(plain.faulty)]

    expect(gist(one).slice(-3)).toEqual([
      'tls ok tls.good tls.hello',
      'http fail http.concluded',
      'clock skip because of http',
    ])
    expect(one[5]?.findings[0]?.fix?.en).toBe('Give it by tls({ cert, key }).')
    expect(gist(other).slice(-3)).toEqual([
      'tls skip tls.plain',
      'http fail http.concluded',
      'clock skip because of http',
    ])
    expect(other[5]?.findings[0]?.fix?.en).toMatch(/^Use https:\/\/ in origin/)
  })

  it('says that nobody listens', async () => {
    const port = await closedPort()
    const results = await examined({ origin: `https://127.0.0.1:${port}` })

    expect(gist(results)).toEqual([...well, 'tcp fail tcp.refused', ...rest('tcp', 'tls', 'http', 'clock')])
    expect(results[3]?.findings[0]?.en).toBe(`nobody listens on port ${port} of 127.0.0.1 (ECONNREFUSED)`)
  })

  it('says that a port of https speaks plain http', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    const results = await examined({ origin: server.origin.replace('http', 'https') })

    expect(gist(results)[4]).toBe('tls fail tls.notSpoken')
  })

  it('warns of a certificate that expires within three weeks, and reads the clock it is given', async () => {
    const own = await certificate({ ip: '127.0.0.1' }, daysFromNow(-60), daysFromNow(20.5))
    await using server = await servingTls(own)
    const [tls] = (await examined({ origin: server.origin, tls: { ca: own.cert }, only: ['tls'] })).slice(-1)

    expect(tls).toMatchObject({ id: 'tls', status: 'warn' })
    expect(tls?.findings[1]).toMatchObject({
      id: 'tls.soon',
      en: 'the certificate of CN=penstock test expires in 20 days',
    })
  })

  it('says that a certificate is not valid yet', async () => {
    const own = await certificate({ ip: '127.0.0.1' }, daysFromNow(3), daysFromNow(30))
    await using server = await servingTls(own)
    expect(gist(await examined({ origin: server.origin, tls: { ca: own.cert }, only: ['tls'] })).at(-1)).toBe(
      'tls fail tls.early',
    )
  })

  it('gives up on a server that says nothing, and leaves nothing open', async () => {
    await using server = await servingBytes((socket) => void socket.resume().on('end', () => socket.end()))
    const results = await examined({ origin: server.origin, timeout: 400 })

    expect(gist(results).slice(3)).toEqual([
      'tcp ok tcp.open',
      'tls skip tls.plain',
      'http fail doctor.late',
      'clock skip because of http',
    ])
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it.each([
    [302, { location: 'https://login.example.com/?next=secret' }, 'http warn http.redirects'],
    [401, {}, 'http ok http.answers'],
    [404, {}, 'http ok http.answers'],
    [503, {}, 'http warn http.broken'],
    [511, {}, 'http fail http.portal'],
  ])('judges the answer %i', async (status, headers, line) => {
    await using server = await serving((_, response) => response.writeHead(status, headers).end())
    const results = await examined({ origin: server.origin, only: ['http'] })

    expect(gist(results).at(-1)).toBe(line)
    expect(JSON.stringify(results)).not.toContain('secret')
  })

  it('asks for the path that stands behind the origin, and sends no credential of it', async () => {
    const asked: unknown[] = []
    await using server = await serving(({ method, url, headers }, response) => {
      asked.push([method, url, headers.authorization])
      response.end()
    })
    await examined({ origin: `${server.origin.replace('//', '//me:pass@')}/v1/ping`, only: ['http'] })

    expect(asked).toEqual([['GET', '/v1/ping', undefined]])
  })
})

async function arranged(faults: readonly Fault[], name: string) {
  const scene = await faults.find((one) => one.name === name)!.arrange()
  const plain = ({ origin = '', tls }: { readonly origin?: string; readonly tls?: TlsOptions }) => ({
    origin,
    ...(tls && { tls }),
  })
  return {
    faulty: plain(scene.faulty),
    cured: async () => plain(await scene.cured()),
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  }
}
