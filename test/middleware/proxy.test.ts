import { inspect } from 'node:util'
import { client, pipeline, Secret } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { direct, proxy, type ProxyLayerOptions, tls } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { certificate } from '../support/certificates.ts'

const at = 'http://proxy.example.com:3128'

function set(url: string, options: ProxyLayerOptions = {}) {
  const transport = scriptedTransport(replies(200))
  const stack = pipeline([proxy(url, options), tls()], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com' })
  return { http, stack, transport }
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

describe('proxy', () => {
  it('hands the transport where to go, beside what other layers ask, and notes nothing', async () => {
    const { http, transport } = set(`${at}/`)
    const { ledger } = await http.get('/')
    await http.get('/')
    expect(transport.calls[0]!.wire).toEqual({ proxy: { origin: at }, tls: { minVersion: 'TLSv1.2' } })
    expect(transport.calls[1]!.wire).toBe(transport.calls[0]!.wire)
    expect(ledger.notes).toBeUndefined()
  })

  it.each<[ProxyLayerOptions, string, string?]>([
    [{ user: 'app', password: 'hush' }, basic('app:hush')],
    [{ user: 'app', password: new Secret('password', 'hüsh hush') }, basic('app:hüsh hush')],
    [{ user: 'app' }, basic('app:')],
    [{ authorization: 'Bearer hush' }, 'Bearer hush'],
    [{ authorization: 'hush' }, 'hush'],
    [{ authorization: 'Digest user="hush", nc=00000001' }, 'Digest user="hush", nc=00000001'],
    [{ authorization: new Secret('token', 'Bearer hush') }, 'Bearer hush', 'token'],
  ])('sends the credential %o as a secret', async (options, text, name = 'proxy_authorization') => {
    const { http, transport, stack } = set(at, options)
    await http.get('/')
    const { wire } = transport.calls[0]!
    const authorization = wire.proxy!.authorization!
    expect([authorization.reveal(), authorization.name]).toEqual([text, name])
    expect(inspect([wire, stack.plan()], { depth: 9 })).not.toContain('hush')
    expect(JSON.stringify([wire, stack.plan()])).not.toContain('hush')
  })

  it('takes what only a proxy is told off the call, for it would reach the server', async () => {
    const { http, transport } = set(at)
    const headers = { 'proxy-authorization': 'x', 'proxy-connection': 'keep-alive', accept: '*/*' }
    const { ledger } = await http.get('/', { headers })
    expect(transport.calls[0]!.headers).toEqual({ accept: '*/*' })
    expect(ledger.notes!.map(({ kind, facts }) => [kind.id, facts])).toEqual([
      ['proxy.stripped', { headers: 'proxy-authorization, proxy-connection' }],
    ])
  })

  it('goes straight to the hosts that are excepted', async () => {
    const { http, transport } = set(at, { noProxy: ['.example.com', '10.0.0.0/8'] })
    await http.get('/')
    await http.get('http://10.1.2.3/')
    await http.get('https://api.example.org/')
    expect(transport.calls.map(({ wire }) => wire.proxy?.origin)).toEqual([undefined, undefined, at])
  })

  it('verifies an https proxy by options of its own', async () => {
    const { cert } = await certificate({ name: 'proxy.example.com' })
    const { http, transport } = set('https://proxy.example.com', { tls: { ca: cert } })
    await http.get('/')
    expect(transport.calls[0]!.wire.proxy).toEqual({ origin: 'https://proxy.example.com', tls: { ca: cert } })
  })

  it('shows the proxy in the plan, and nothing of its credential', () => {
    expect(String(set(at, { user: 'app', password: 'hush' }).stack.plan())).toBe(
      'proxy(http://proxy.example.com:3128) → tls(≥ 1.2) → scripted',
    )
  })

  it('stands in no stack with its opposite', () => {
    expect(() => pipeline([proxy(at), direct()], scriptedTransport(replies(200)))).toThrow(
      expect.objectContaining({ code: 'STACK_LINT', message: expect.stringContaining('two-routes') }),
    )
  })

  it('takes the place of its opposite in a stack that is ready', () => {
    const ready = pipeline([tls(), direct()], scriptedTransport(replies(200)))
    expect(String(ready.without('direct').insert(proxy(at)).plan())).toBe(
      'tls(≥ 1.2) → proxy(http://proxy.example.com:3128) → scripted',
    )
  })

  it.each<[string, ProxyLayerOptions, string]>([
    ['proxy.example.com', {}, 'proxy(): the address of the proxy is no URL: write it as http://proxy.example.com:3128'],
    ['socks5://hush:1080', {}, 'proxy(): a proxy is spoken to by http or https alone'],
    [
      'http://app:hush@proxy',
      {},
      'proxy(): the address of the proxy may hold no user or password: give them as { user, password }',
    ],
    [
      'http://hush@proxy',
      {},
      'proxy(): the address of the proxy may hold no user or password: give them as { user, password }',
    ],
    [
      'http://:hush@proxy',
      {},
      'proxy(): the address of the proxy may hold no user or password: give them as { user, password }',
    ],
    ['http://proxy/path', {}, 'proxy(): the address of the proxy has a path: leave it out'],
    ['http://proxy?a', {}, 'proxy(): the address of the proxy has a path: leave it out'],
    [at, { password: 'hush' }, 'proxy(): the user is missing, or holds a colon'],
    [at, { user: 'a:b' }, 'proxy(): the user is missing, or holds a colon'],
    [at, { user: 'a', password: 'hush\n' }, 'proxy(): the user or the password holds a line break'],
    [at, { user: 'a\r' }, 'proxy(): the user or the password holds a line break'],
    [at, { authorization: 'Bearer hush\n' }, 'proxy(): authorization is no value of a header'],
    [at, { authorization: ' Bearer hush' }, 'proxy(): authorization is no value of a header'],
    [at, { authorization: 'Bearer hüsh' }, 'proxy(): authorization is no value of a header'],
    [at, { authorization: '' }, 'proxy(): authorization is no value of a header'],
    [at, { authorization: 'Bearer a', user: 'a' }, 'proxy(): give authorization, or user and password'],
    [at, { authorization: 'Bearer a', password: 'a' }, 'proxy(): give authorization, or user and password'],
    [
      at,
      { tls: { rejectUnauthorized: false } as object },
      'proxy(): rejectUnauthorized is no option: verification stays on; trust a private server by ca or pins',
    ],
  ])('refuses to be made with %s and %o', (url, options, message) => {
    expect(() => proxy(url, options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })
})
