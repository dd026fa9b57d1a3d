import { inspect } from 'node:util'
import { client, pipeline, Secret } from '@penstock/core'
import { replies, scriptedTransport, type Step } from '@penstock/core/testing'
import { cookies, type CookiesOptions } from '@penstock/middleware'
import { CookieJar } from 'tough-cookie'
import { describe, expect, it } from 'vitest'

function set(options: CookiesOptions, ...steps: readonly [Step, ...Step[]]) {
  const transport = scriptedTransport(...steps)
  const layer = cookies(options)
  const http = client({ pipeline: pipeline([layer], transport), origin: 'https://api.example.com' })
  const sent = () => {
    const { cookie } = transport.calls.at(-1)!.headers
    return cookie instanceof Secret ? cookie.reveal() : cookie
  }
  return { http, layer, sent, transport }
}

const sets = (...values: string[]) => replies(200, { 'set-cookie': values })

describe('cookies', () => {
  it('keeps every cookie of a reply, and sends them where they belong', async () => {
    const { http, sent } = set({}, sets('a=1; Path=/', 'b=2; Path=/in', 'c=3; Secure'), replies(200))
    await http.get('/')
    await http.get('/in/side')
    expect(sent()).toBe('b=2; a=1; c=3')
    await http.get('/')
    expect(sent()).toBe('a=1; c=3')
    await http.get('http://api.example.com/')
    expect(sent()).toBe('a=1')
    await http.get('https://other.example.com/')
    expect(sent()).toBeUndefined()
  })

  it('forgets a cookie that the server ends', async () => {
    const { http, sent } = set({}, sets('a=1'), sets('a=; Max-Age=0'), replies(200))
    for (let count = 0; count < 3; count++) await http.get('/')
    expect(sent()).toBeUndefined()
  })

  it.each([
    ['text', 'own=0'],
    ['a secret', new Secret('own', 'own=0')],
  ])('sends the call’s own cookie first, given as %s', async (_, own) => {
    const { http, sent } = set({}, sets('a=1'), replies(200))
    await http.get('/')
    await http.get('/', { headers: { cookie: own } })
    expect(sent()).toBe('own=0; a=1')
  })

  it('sends them as a secret', async () => {
    const { http, transport } = set({}, sets('sid=canary'), replies(200))
    await http.get('/')
    await http.get('/')
    expect(inspect(transport.calls[1]!.headers)).not.toContain('canary')
  })

  it('notes a cookie of another host or of no sense, and goes on', async () => {
    const { http, layer } = set({}, sets('a=1; Domain=evil.example', '', 'b=2'))
    const reply = await http.get('/')
    expect(reply.ledger.notes!.map(({ kind, facts }) => [kind.id, facts])).toEqual([['cookies.refused', { count: 2 }]])
    expect(await layer.jar.getCookieString('https://api.example.com/')).toBe('b=2')
  })

  it('takes a jar that was kept', async () => {
    const first = set({}, sets('a=1'))
    await first.http.get('/')
    const jar = await CookieJar.deserialize(await first.layer.jar.serialize())
    const { http, sent } = set({ jar }, replies(200))
    await http.get('/')
    expect(sent()).toBe('a=1')
  })

  it('lets an aborted caller go while the jar is slow', async () => {
    const jar = {
      getCookieString: () => new Promise<string>(() => {}),
      setCookie: async () => undefined,
      serialize: async () => ({}),
    }
    const { http, transport } = set({ jar }, replies(200))
    const controller = new AbortController()
    const failed = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort('left')
    expect(await failed).toBe('left')
    expect(transport.calls).toEqual([])
  })
})
