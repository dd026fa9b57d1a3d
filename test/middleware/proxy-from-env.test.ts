import { inspect } from 'node:util'
import { client, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { direct, proxyFromEnv } from '@penstock/middleware'
import { afterEach, describe, expect, it, vi } from 'vitest'

type Env = Readonly<Record<string, string | undefined>>

function set(env: Env) {
  const transport = scriptedTransport(replies(200))
  const stack = pipeline([proxyFromEnv({ env })], transport)
  return { http: client({ pipeline: stack, origin: 'https://api.example.com' }), stack, transport }
}

/** The proxy that a call to `url` goes through, and what is noted of it. */
async function way(env: Env, url: string) {
  const { http, transport } = set(env)
  const { ledger } = await http.get(url)
  return [
    transport.calls[0]!.wire.proxy?.origin,
    ...(ledger.notes ?? []).map(({ kind, facts }) => `${kind.id} ${Object.values(facts).join()}`),
  ]
}

const https = 'https://api.example.com/'
const http = 'http://api.example.com/'

afterEach(() => vi.unstubAllEnvs())

describe('proxyFromEnv', () => {
  it.each<[Env, string, readonly (string | undefined)[]]>([
    [{}, https, [undefined]],
    [{ HTTPS_PROXY: 'http://s:1' }, https, ['http://s:1', 'proxyFromEnv.through HTTPS_PROXY']],
    [{ HTTPS_PROXY: 'http://s:1' }, http, [undefined]],
    [{ http_proxy: 'http://p:1' }, http, ['http://p:1', 'proxyFromEnv.through http_proxy']],
    [{ http_proxy: 'http://p:1' }, https, [undefined]],
    [{ HTTP_PROXY: 'http://p:1' }, http, ['http://p:1', 'proxyFromEnv.through HTTP_PROXY']],
    [{ HTTP_PROXY: 'http://p:1', REQUEST_METHOD: 'GET' }, http, [undefined]],
    [
      { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' },
      https,
      ['http://low:1', 'proxyFromEnv.through https_proxy'],
    ],
    [{ https_proxy: '', HTTPS_PROXY: 'http://up:1' }, https, ['http://up:1', 'proxyFromEnv.through HTTPS_PROXY']],
    [{ ALL_PROXY: 'http://a:1' }, http, ['http://a:1', 'proxyFromEnv.through ALL_PROXY']],
    [{ ALL_PROXY: 'http://a:1', https_proxy: 'http://s:1' }, https, ['http://s:1', 'proxyFromEnv.through https_proxy']],
    [{ all_proxy: 'proxy:3128' }, https, ['http://proxy:3128', 'proxyFromEnv.through all_proxy']],
    [{ all_proxy: 'https://proxy/' }, https, ['https://proxy', 'proxyFromEnv.through all_proxy']],
    [{ all_proxy: 'http://a:1', NO_PROXY: 'example.com' }, https, [undefined, 'proxyFromEnv.straight NO_PROXY']],
    [
      { all_proxy: 'http://a:1', no_proxy: 'other.com', NO_PROXY: 'example.com' },
      https,
      ['http://a:1', 'proxyFromEnv.through all_proxy'],
    ],
  ])('with %o goes to %s by %o', async (env, url, expected) => {
    expect(await way(env, url)).toEqual(expected)
  })

  it.each([
    ['*', 'http://anything/', true],
    ['example.com', 'http://example.com/', true],
    ['example.com', 'http://api.example.com/', true],
    ['example.com', 'http://notexample.com/', false],
    ['example.com', 'http://example.com.evil/', false],
    ['.example.com', 'http://example.com/', true],
    ['.example.com', 'http://api.example.com/', true],
    ['*.example.com', 'http://api.example.com/', true],
    ['EXAMPLE.com', 'http://example.com./', true],
    ['example.com.', 'http://example.com/', true],
    ['example.com:81', 'http://example.com:81/', true],
    ['example.com:81', 'http://example.com/', false],
    ['example.com:80', 'http://example.com/', true],
    ['example.com:443', 'https://example.com/', true],
    ['a.com,  b.com\tc.com', 'http://c.com/', true],
    ['10.1.2.3', 'http://10.1.2.3/', true],
    ['10.1.2.3', 'http://10.1.2.30/', false],
    ['1.2.3', 'http://10.1.2.3/', false],
    ['10.0.0.0/8', 'http://10.200.0.1/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['10.0.0.0/8', 'http://10.example.com/', false],
    ['10.1.2.3/32', 'http://10.1.2.3/', true],
    ['0.0.0.0/0', 'http://10.1.2.3/', true],
    ['10.0.0.0/33', 'http://10.0.0.0/', false],
    ['10.0.0.0/-1', 'http://10.0.0.0/', false],
    ['10.0.0.0/0x8', 'http://10.0.0.0/', false],
    ['10.0.0.0/x', 'http://10.0.0.0/', false],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080/', true],
    ['::1', 'http://[::1]/', true],
    ['[::1]', 'http://[::1]:81/', true],
    ['[::1]:82', 'http://[::1]:81/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['fd00::/8', 'http://[fe80::1]/', false],
    ['::1/128', 'http://[::1]/', true],
    ['[fd00::]/8:81', 'http://[fd12::1]:81/', false],
    [',', 'http://localhost/', false],
  ])('NO_PROXY %s for %s: %s', async (list, url, excepted) => {
    expect((await way({ http_proxy: 'http://p:1', https_proxy: 'http://p:1', NO_PROXY: list }, url))[0]).toBe(
      excepted ? undefined : 'http://p:1',
    )
  })

  it.each([
    ['http://us%65r:h%40sh@p:1', 'user:h@sh'],
    ['http://user@p:1', 'user:'],
    ['http://:h%zzsh@p:1', ':h%zzsh'],
  ])('takes the credential out of %s as a secret', async (value, pair) => {
    const { http, transport, stack } = set({ https_proxy: value })
    await http.get('/')
    const { proxy } = transport.calls[0]!.wire
    expect(proxy!.authorization!.reveal()).toBe(`Basic ${Buffer.from(pair).toString('base64')}`)
    expect(String(stack.plan())).toBe('proxyFromEnv(https by http://p:1) → scripted')
    expect(inspect(proxy)).not.toMatch(/h(%40|@|%zz)sh/)
  })

  it('shows the proxies in the plan', () => {
    expect(String(set({ ALL_PROXY: 'http://a:1', http_proxy: 'http://b:2' }).stack.plan())).toBe(
      'proxyFromEnv(http by http://b:2, https by http://a:1) → scripted',
    )
    expect(String(set({}).stack.plan())).toBe('proxyFromEnv(none) → scripted')
  })

  it('reads the environment of the process once, when it is made', async () => {
    vi.stubEnv('https_proxy', 'http://s:1')
    vi.stubEnv('no_proxy', '')
    vi.stubEnv('NO_PROXY', '')
    const transport = scriptedTransport(replies(200))
    const stack = pipeline([proxyFromEnv()], transport)
    vi.stubEnv('https_proxy', 'http://s:2')
    await client({ pipeline: stack, origin: 'https://api.example.com' }).get('/')
    expect(transport.calls[0]!.wire.proxy).toEqual({ origin: 'http://s:1' })
  })

  it('takes what only a proxy is told off the call, whichever way it goes', async () => {
    const { http, transport } = set({})
    const reply = await http.get('/', { headers: { 'proxy-authorization': 'x', accept: '*/*' } })
    expect(transport.calls[0]!.headers).toEqual({ accept: '*/*' })
    expect(reply.ledger.notes!.map(({ kind, facts }) => [kind.id, facts])).toEqual([
      ['proxyFromEnv.stripped', { headers: 'proxy-authorization' }],
    ])
  })

  it('stands in no stack with its opposite', () => {
    expect(() => pipeline([proxyFromEnv({ env: {} }), direct()], scriptedTransport(replies(200)))).toThrow(
      expect.objectContaining({ code: 'STACK_LINT' }),
    )
  })

  it.each([
    [{ HTTPS_PROXY: 'socks5://hush@p:1' }, 'proxyFromEnv(): HTTPS_PROXY: a proxy is spoken to by http or https alone'],
    [{ all_proxy: 'http://hush:1:2' }, 'proxyFromEnv(): all_proxy: it is no URL'],
  ])('refuses %o, and shows only the variable', (env, message) => {
    expect(() => proxyFromEnv({ env })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })
})
