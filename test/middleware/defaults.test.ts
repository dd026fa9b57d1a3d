import { client, layer, pipeline, type Request, Secret } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { defaults, type DefaultsOptions } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

async function sent(options: DefaultsOptions, request: Partial<Request> = {}) {
  const transport = scriptedTransport(replies(200))
  const http = client({
    pipeline: pipeline([defaults(options)], transport),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })
  await http.send({ path: '/things', ...request })
  return transport.calls[0]!
}

const key = new Secret('key', 'canary')

describe('defaults', () => {
  it('sends headers and a user agent where the call has none, and notes nothing', async () => {
    const { headers, ledger } = await sent(
      { headers: { Accept: 'text/plain', 'x-lang': 'en' }, userAgent: 'shop/2' },
      { headers: { 'X-Lang': 'zh', 'x-own': '1' } },
    )

    expect(headers).toEqual({ accept: 'text/plain', 'x-lang': 'zh', 'x-own': '1', 'user-agent': 'shop/2' })
    expect(ledger.notes).toBeUndefined()
  })

  it.each([
    ['the call', {}, { headers: { 'user-agent': 'own' } }],
    ['headers', { headers: { 'User-Agent': 'own' } }, {}],
  ])('prefers the user agent of %s', async (_, options, request) => {
    expect((await sent({ userAgent: 'shop/2', ...options }, request)).headers).toEqual({ 'user-agent': 'own' })
  })

  it.each([
    ['/things', '/things?lang=en&page=1'],
    ['/things?a=1', '/things?a=1&lang=en&page=1'],
    ['/things?lang=zh', '/things?lang=zh&page=1'],
    ['/things?la%6Eg=zh&page', '/things?la%6Eg=zh&page'],
    ['/things?a=?lang=zh', '/things?a=?lang=zh&lang=en&page=1'],
  ])('adds to %s the parameters that it has not', async (path, whole) => {
    expect((await sent({ query: { lang: 'en', page: 1 } }, { path })).path).toBe(whole)
  })

  it('encodes names and values', async () => {
    expect((await sent({ query: { 'a b': 'ü&', on: true } })).path).toBe('/things?a%20b=%C3%BC%26&on=true')
  })

  it('keeps a secret parameter out of the path', async () => {
    const { path, secretQuery } = await sent({ query: { key } }, { query: { other: new Secret('other', '1') } })

    expect(path).toBe('/things')
    expect(secretQuery.map(([name, value]) => [name, value.reveal()])).toEqual([
      ['other', '1'],
      ['key', 'canary'],
    ])
  })

  it.each([
    ['a secret one', { key: new Secret('own', 'own') }, '/things', 1],
    ['a plain one', { key: 'own' }, '/things?key=own', 0],
  ])('adds no parameter where the call has %s of that name', async (_, query, path, secrets) => {
    const call = await sent({ query: { key } }, { query })

    expect([call.path, call.secretQuery.length]).toEqual([path, secrets])
    expect(call.secretQuery.map(([, value]) => value.reveal())).not.toContain('canary')
  })

  it('sends a secret header as the secret it is', async () => {
    expect((await sent({ headers: { 'x-key': key } })).headers['x-key']).toBe(key)
  })

  it('says in the plan what it adds, and no value', () => {
    const stack = pipeline(
      [defaults({ headers: { 'X-Key': key }, query: { lang: 'en' }, name: 'common' })],
      scriptedTransport(replies(200)),
    )

    expect(String(stack.plan())).toBe('common(x-key ?lang) → scripted')
  })

  it.each<[DefaultsOptions<any>, string]>([
    [{ headers: { 'a b': '1' } }, "'a b' is no name of a header"],
    [{ headers: { a: 'canary\n' } }, "the header 'a' holds characters that a header may not"],
    [{ headers: { a: ['1', 'canary\n'] } }, "the header 'a' holds characters that a header may not"],
    [{ headers: { a: new Secret('a', 'canary\n') } }, "the header 'a' holds characters that a header may not"],
    [{ userAgent: '图' }, "the header 'user-agent' holds characters that a header may not"],
    [{ query: { '': '1' } }, "the query parameter '' has no name, or a value that has no text"],
    [{ query: { a: {} as never } }, "the query parameter 'a' has no name, or a value that has no text"],
  ])('refuses what cannot be sent, without showing it: %#', (options, because) => {
    expect(() => defaults(options)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `defaults: ${because}` }),
    )
  })

  it('lets a bug pass as it was thrown', async () => {
    const bug = new Error('a bug')
    const broken = layer({ name: 'broken', slot: 'wire', run: () => Promise.reject(bug) })
    const stack = pipeline([defaults(), broken], scriptedTransport(replies(200)))

    await expect(client({ pipeline: stack, origin: 'https://api.example.com' }).get('/')).rejects.toBe(bug)
  })
})
