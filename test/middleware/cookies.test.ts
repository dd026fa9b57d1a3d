import { inspect } from 'node:util'
import { bytesBody, client, pipeline, Reply, Secret } from '@penstock/core'
import { breaks, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { cookies, type CookiesOptions, deadline } from '@penstock/middleware'
import { CookieJar } from 'tough-cookie'
import { describe, expect, it, vi } from 'vitest'

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

const idle = { getCookieString: async () => '', setCookie: async () => 'kept', serialize: async () => ({}) }

const sets = (...values: string[]) => replies(200, { 'set-cookie': values })

describe('cookies', () => {
  it('keeps every cookie of a reply, and sends them where they belong', async () => {
    const { http, sent } = set({}, sets('a=1; Path=/', 'b=2; Path=/in', 'c=3; Secure'), replies(200))
    const { ledger } = await http.get('/')
    expect(ledger.notes).toBeUndefined()
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

  it.each([
    ['text', 'sid=own; lang=3'],
    ['a list', ['sid=own', 'lang=3']],
  ])('sends no cookie of the jar that the call names itself, given as %s', async (_, cookie) => {
    const { http, sent } = set({}, sets('sid=1', 'b=2', 'sid2=4', 'lang=5'), replies(200))
    await http.get('/')
    await http.get('/', { headers: { cookie } })
    expect(sent()).toBe('sid=own; lang=3; b=2; sid2=4')
  })

  it('sends them as a secret', async () => {
    const { http, transport } = set({}, sets('sid=canary'), replies(200))
    await http.get('/')
    await http.get('/')
    expect(inspect(transport.calls[1]!.headers)).toMatch(/^\{ cookie: ⟨cookie#[0-9a-f]{6}⟩ \}$/)
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

  it('hands the cookies of a reply to the jar one after the other, in their order', async () => {
    const told: string[] = []
    const jar = {
      ...idle,
      async setCookie(cookie: string) {
        told.push(`begins ${cookie}`)
        await new Promise(setImmediate)
        told.push(`ends ${cookie}`)
        return cookie
      },
    }
    await set({ jar }, sets('a=1', 'a=2')).http.get('/')
    expect(told).toEqual(['begins a=1', 'ends a=1', 'begins a=2', 'ends a=2'])
  })

  it('goes on without the cookies of a jar that cannot be read, and says so', async () => {
    const jar = { ...idle, getCookieString: () => Promise.reject(new Error('disk')) }
    const { http, sent } = set({ jar }, replies(200))
    const reply = await http.get('/', { headers: { cookie: 'own=0' } })
    expect(sent()).toBe('own=0')
    expect(reply.ledger.notes!.map(({ kind, facts }) => [kind.id, facts])).toEqual([['cookies.unread', {}]])
  })

  it('lets go of the reply of a caller that left while the jar was written', async () => {
    const jar = { ...idle, setCookie: () => new Promise<never>(() => {}) }
    const reply = new Reply(200, { 'set-cookie': ['a=1'] }, bytesBody(Buffer.from('x')))
    const discard = vi.spyOn(reply.body, 'discard')
    const controller = new AbortController()
    const failed = set({ jar }, () => reply)
      .http.get('/', { signal: controller.signal })
      .catch((thrown) => thrown)
    await new Promise(setImmediate)
    expect(discard).not.toHaveBeenCalled()
    controller.abort('left')
    expect(await failed).toBe('left')
    expect(discard).toHaveBeenCalledOnce()
  })

  it('lets an aborted caller go while the jar is slow', async () => {
    const jar = { ...idle, getCookieString: () => new Promise<string>(() => {}) }
    const { http, transport } = set({ jar }, replies(200))
    const controller = new AbortController()
    const failed = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort('left')
    expect(await failed).toBe('left')
    expect(transport.calls).toEqual([])
  })

  it('tells a call whose time ran out while the jar was slow', async () => {
    const jar = { ...idle, getCookieString: () => new Promise<string>(() => {}) }
    const stack = pipeline([deadline({ after: 100 }), cookies({ jar })], scriptedTransport(replies(200)))
    const clock = virtualClock()
    const outcome = client({ pipeline: stack, origin: 'https://api.example.com', clock }).outcome({ path: '/' })
    await clock.advance(100)
    expect(await outcome).toMatchObject({ failed: true, code: 'CALL_DEADLINE' })
  })

  it('hands on a failure', async () => {
    const outcome = await set({}, breaks('CONNECTION_RESET')).http.outcome({ path: '/' })
    expect(outcome).toMatchObject({ failed: true, code: 'CONNECTION_RESET' })
  })
})
