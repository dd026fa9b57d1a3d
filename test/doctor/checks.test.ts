/** What single checks make of a machine that is set up oddly. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckResult, HostNames } from '@penstock/core/doctor'
import { describe, expect, it } from 'vitest'
import { closedPort, serving, servingBytes } from '../support/loopback.ts'
import { proxying } from '../support/proxies.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { examined, gist } from './examined.ts'

const origin = 'https://api.example.com'
const last = (results: readonly CheckResult[]) => gist(results).at(-1)

describe('runtime', () => {
  const runtime = async (env: Record<string, string>, versions = { node: '24.21.0', openssl: '3.5.8' }) =>
    (await examined({ origin, only: ['runtime'], env, versions }))[0]!.findings.map(({ id }) => id)

  it.each([
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, ['runtime.versions', 'runtime.unverified']],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }, ['runtime.versions']],
    [{ NODE_EXTRA_CA_CERTS: '/nowhere.pem' }, ['runtime.versions', 'runtime.noExtraCa']],
    [
      { NODE_OPTIONS: '--enable-source-maps --tls-min-v1.0 --use-openssl-ca' },
      ['runtime.versions', 'runtime.option', 'runtime.option'],
    ],
  ])('looks at %j', async (env, found) => {
    expect(await runtime(env as Record<string, string>)).toEqual(found)
  })

  it.each([
    ['22.18.0', 'runtime.oldNode'],
    ['22.19.0', 'runtime.versions'],
    ['20.20.2', 'runtime.oldNode'],
    ['25.0.0', 'runtime.versions'],
  ])('holds Node %s to what is needed', async (node, found) => {
    expect(await runtime({}, { node, openssl: '3' })).toEqual([found])
  })
})

describe('command lines', () => {
  const exposed = async (...words: readonly string[]) => {
    const env = {
      DB_PASSWORD: '1234567',
      BAIDU_SECRET_KEY: 'f00dcafe'.repeat(4),
      HTTPS_PROXY: 'http://me:hunter2hunter2@127.0.0.1:9',
    }
    const commands = () => [{ distance: 0, words: ['app.js', ...words] }]
    const [runtime] = await examined({ origin, only: ['runtime'], env, commands })
    expect(JSON.stringify(runtime)).not.toMatch(/f00dcafe|hunter2|hush/)
    return runtime!.findings.filter(({ id }) => id === 'runtime.exposed').map(({ en }) => en.split(' stands')[0])
  }

  it.each([
    [[`--key=${'f00dcafe'.repeat(4)}`], ['the value of BAIDU_SECRET_KEY']],
    [[`export BAIDU_SECRET_KEY=${'f00dcafe'.repeat(4)}; app`], ['the value of BAIDU_SECRET_KEY']],
    [['curl', 'http://me:hunter2hunter2@127.0.0.1:9'], ['the value of HTTPS_PROXY']],
    [['--secret-key', 'hush'], ['a secret (--secret-key)']],
    [['--api-key=hush', '--api-key', 'hush'], ['a secret (--api-key)']],
    [['--proxy', 'http://me:hush@proxy.example:3128'], ['the password of a URL (proxy.example:3128)']],
    [['--proxy=http://me:hush@proxy.example'], ['the password of a URL (proxy.example)']],
    [['https://api.example.com/?access_token=hush&page=2'], ['a secret (access_token of a URL)']],
    [['--max-tokens', '100', '--token-file', 'x'], []],
    [['--port', '1234567'], []],
    [['--token'], []],
    [['--token', '--json'], []],
    [['--token='], []],
    [['token', 'permission', 'https://me@api.example.com/', '--only', 'credentials'], []],
  ])('of %j tell what holds a secret, and not the secret', async (words, told) => {
    expect(await exposed(...words)).toEqual(told)
  })
})

describe('proxy', () => {
  const proxy = async (env: Record<string, string>, to = origin) =>
    (await examined({ origin: to, env, only: ['proxy'] }))[0]!

  it('says who follows a proxy that works, and that Penstock does not', async () => {
    await using server = await serving((_, response) => response.end())
    await using way = await proxying()
    const {
      status,
      findings: [found],
    } = await proxy({ https_proxy: way.origin }, server.origin.replace('http', 'https'))

    expect([status, found?.id]).toEqual(['warn', 'proxy.set'])
    expect(found?.en).toMatch(
      /Penstock, and own agents of got or undici, do not read it.*only with NODE_USE_ENV_PROXY=1/,
    )
    expect(found?.fix?.en).toMatch(/proxyFromEnv\(\)/)
  })

  it.each([
    ['', /wants a user and a password/],
    ['me:hunter2@', /does not take the password/],
  ])('knows a 407 with %j before the host, and shows no password', async (user, text) => {
    await using way = await proxying({ authorization: 'Basic other' })
    const result = await proxy({ HTTPS_PROXY: way.origin.replace('//', `//${user}`) })

    expect([result.status, result.findings[0]?.id]).toEqual(['fail', 'proxy.auth'])
    expect(result.findings[0]?.en).toMatch(text)
    expect(JSON.stringify(result)).not.toContain('hunter2')
    expect(way.asked.map(({ line }) => line)).toEqual(['CONNECT api.example.com:443'])
  })

  it('names one that refuses, one that is dead, one that is no proxy, and one of another kind', async () => {
    await using refusing = await proxying({ answers: 'HTTP/1.1 403 No\r\n\r\n' })
    await using silent = await servingBytes((socket) => socket.end('SSH-2.0\r\n'))
    const found = []
    for (const value of [
      refusing.origin,
      `http://127.0.0.1:${await closedPort()}`,
      silent.origin,
      'socks5://127.0.0.1:1080',
      'http://[',
    ]) {
      found.push((await proxy({ HTTPS_PROXY: value })).findings[0]?.id)
    }
    expect(found).toEqual(['proxy.refused', 'proxy.dead', 'proxy.dead', 'proxy.unknown', 'proxy.noUrl'])
  })

  it.each([
    ['api.example.com', 'proxy.excepted'],
    ['.example.com', 'proxy.excepted'],
    ['other.org, example.com:443', 'proxy.excepted'],
    ['*', 'proxy.excepted'],
    ['ample.com', 'proxy.dead'],
    ['', 'proxy.dead'],
  ])('goes by NO_PROXY=%j', async (list, found) => {
    const HTTPS_PROXY = `http://127.0.0.1:${await closedPort()}`
    expect((await proxy({ HTTPS_PROXY, NO_PROXY: list })).findings[0]?.id).toBe(found)
  })
})

describe('dns', () => {
  const names = (given: Partial<HostNames>): HostNames => ({
    lookup: async () => [{ address: '192.0.2.1', family: 4 }],
    resolve: async () => ['192.0.2.1'],
    hostsFile: '/nowhere',
    ...given,
  })
  const fails = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }))
  const dns = async (given: Partial<HostNames>) => (await examined({ origin, names: names(given), only: ['dns'] }))[0]!

  it.each([
    ['ENOTFOUND', 'dns.missing'],
    ['EAI_AGAIN', 'dns.serversDown'],
  ])('tells %s', async (code, found) => {
    expect((await dns({ lookup: fails(code), resolve: fails(code) })).findings.map(({ id }) => id)).toEqual([found])
  })

  it('sees a pin of the hosts file that DNS does not know, and gives the line to take out', async () => {
    await using folder = temporaryFolder()
    const hostsFile = join(folder.path, 'hosts')
    writeFileSync(
      hostsFile,
      '127.0.0.1 localhost\n# 1.2.3.4 api.example.com\n104.19.108.131\tother API.example.com # blog\n',
    )
    const pinned = await dns({ hostsFile, lookup: async () => [{ address: '104.19.108.131', family: 4 }] })

    expect(pinned.findings[1]).toMatchObject({
      id: 'dns.pinned',
      status: 'warn',
      en: `line 3 of ${hostsFile} pins api.example.com to 104.19.108.131, and DNS says 192.0.2.1: a pin that grows old`,
      fix: { en: `Take the line out: sed -i "3d" ${hostsFile}` },
    })
    expect((await dns({ hostsFile, resolve: async () => ['104.19.108.131'] })).status).toBe('ok')
  })

  it.each([
    ['198.18.0.7', 4, ['dns.found', 'dns.fake']],
    ['198.19.255.255', 4, ['dns.found', 'dns.fake']],
    ['198.20.0.1', 4, ['dns.found']],
    ['0.0.0.0', 4, ['dns.found', 'dns.sink']],
    ['::1', 6, ['dns.found', 'dns.sink']],
    ['2001:db8::1', 6, ['dns.found']],
  ])('looks at what %s is', async (address, family, found) => {
    expect((await dns({ lookup: async () => [{ address, family }] })).findings.map(({ id }) => id)).toEqual(found)
  })
})

describe('tcp', () => {
  it('tries each address, and says which of them is dead', async () => {
    await using server = await serving((_, response) => response.end())
    const addresses = [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]
    const names = { lookup: async () => addresses, resolve: async () => [], hostsFile: '/nowhere' }
    const results = await examined({ origin: `http://localhost:${server.port}`, names, only: ['tcp'] })

    expect(results[1]).toMatchObject({ status: 'warn', findings: [{ id: 'tcp.open' }, { id: 'tcp.closed' }] })
    expect(results[1]?.findings[1]?.en).toMatch(/^::1 \(IPv6\) is not reached: E/)
  })

  it('says that a proxy may be the only way out', async () => {
    await using way = await proxying()
    const lost = '192.0.2.1'
    const names = {
      lookup: async () => [{ address: lost, family: 4 }],
      resolve: async () => [lost],
      hostsFile: '/nowhere',
    }
    const results = await examined({ origin, env: { HTTPS_PROXY: way.origin }, names, only: ['proxy', 'tcp'] })
    expect(last(results)).toBe('tcp fail tcp.onlyProxy')
  })
})

describe('clock', () => {
  const clocked = async (skewed: number, headers: Record<string, string> = {}) => {
    await using server = await serving((_, response) => {
      response.sendDate = false
      response.writeHead(200, { date: new Date(Date.now() + skewed).toUTCString(), ...headers }).end()
    })
    return (await examined({ origin: server.origin, only: ['clock'] })).at(-1)!
  }

  it('measures how slow it is to a fraction of the second that a Date has', async () => {
    const {
      status,
      findings: [found],
    } = await clocked(137_000)
    const { least, most } = found!.facts as { least: number; most: number }

    expect([status, found?.id]).toEqual(['warn', 'clock.off'])
    expect(found?.en).toMatch(/^your clock is 2\.3 min slow \(±\d+ ms\)$/)
    expect(least).toBeLessThanOrEqual(137_000)
    expect(most).toBeGreaterThanOrEqual(137_000)
    expect(most - least).toBeLessThan(700)
  })

  it.each([
    [-137_000, 'clock warn clock.off'],
    [400_000, 'clock fail clock.wrong'],
    [-400_000, 'clock fail clock.wrong'],
    [10_000, 'clock ok clock.right'],
    [0, 'clock ok clock.right'],
  ])('judges %i ms', async (skewed, line) => {
    expect(gist([await clocked(skewed)])).toEqual([line])
  })

  it('takes no time from a cache, and says so of a server that tells none', async () => {
    expect(gist([await clocked(400_000, { age: '400' })])).toEqual(['clock skip clock.silent'])
  })

  it('says that servers disagree', async () => {
    let turn = 0
    await using server = await serving((_, response) => {
      const date = new Date(Date.now() + (turn++ % 2) * 60_000).toUTCString()
      response.writeHead(200, { date }).end()
    })
    expect(last(await examined({ origin: server.origin, only: ['clock'] }))).toBe('clock warn clock.several')
  })
})
