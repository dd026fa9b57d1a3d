import { type Clock, client, Failure, ledgerOf, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { hosts, type HostsOptions, proxy, type Resolution } from '@penstock/middleware'
import { describe, expect, it, vi } from 'vitest'

function set(options: HostsOptions, clock: Clock = virtualClock()) {
  const transport = scriptedTransport(replies(200))
  const stack = pipeline([hosts(options)], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
  /** Where the next connection of call `at` would go. */
  const leads = (at: number, host = 'api.example.com') => transport.calls[at]!.wire.addresses?.of(host)
  return { http, stack, transport, leads }
}

const noted = (notes: readonly { kind: { id: string }; facts: object }[] | undefined) =>
  notes?.map(({ kind, facts }) => [kind.id, facts])

const failing = (code: string) => Promise.reject(Object.assign(new Error('dns'), { code }))

/** A resolver that gives these answers in turn, the last one for ever. */
function resolving(clock: Clock, options: object, ...answers: readonly (Resolution | string)[]) {
  let at = 0
  const resolve = vi.fn<(host: string) => Promise<Resolution>>(() => {
    const answer = answers[Math.min(at++, answers.length - 1)]!
    return typeof answer === 'string' ? failing(answer) : Promise.resolve(answer)
  })
  return { resolve, ...set({ cache: { resolve, ...options } }, clock) }
}

describe('hosts with addresses', () => {
  it('pins a host to its addresses, and says which', async () => {
    const { http, leads, transport } = set({
      addresses: { 'API.example.com': ['127.0.0.1', '::1'], other: '10.0.0.1' },
    })
    const { ledger } = await http.get('/')
    expect(leads(0)).toEqual(['127.0.0.1', '::1'])
    expect(transport.calls[0]!.origin).toBe('https://api.example.com')
    expect(transport.calls[0]!.headers).toEqual({})
    expect(noted(ledger.notes)).toEqual([['hosts.pinned', { address: '127.0.0.1, ::1' }]])
  })

  it('leaves other hosts, and addresses, to be what they are', async () => {
    const found = vi.fn(() => undefined)
    const { http, transport } = set({ addresses: found })
    for (const url of ['https://other.example.com:81/', 'http://127.0.0.1:80/', 'http://[::1]:80/']) {
      const { ledger } = await http.get(url)
      expect(ledger.notes).toBeUndefined()
    }
    expect(transport.calls.map(({ wire }) => wire.addresses)).toEqual([undefined, undefined, undefined])
    expect(found.mock.calls).toEqual([['other.example.com']])
  })

  it('asks a function for every call, at once or in its time', async () => {
    let at = 0
    const answers = ['127.0.0.1', ['127.0.0.2', '127.0.0.3'], undefined] as const
    for (const later of [false, true]) {
      at = 0
      const addresses = () => {
        const answer = answers[at++]
        return later ? Promise.resolve(answer) : answer
      }
      const { http, leads } = set({ addresses })
      for (const _ of answers) await http.get('/')
      expect([leads(0), leads(1), leads(2)]).toEqual([['127.0.0.1'], ['127.0.0.2', '127.0.0.3'], undefined])
    }
  })

  it('hands equal wire options to calls that are pinned alike, and others to others', async () => {
    let address = 1
    const { http, transport } = set({ addresses: () => `127.0.0.${address}` })
    await http.get('/')
    await http.get('/')
    address++
    await http.get('/')
    const [first, second, third] = transport.calls.map(({ wire }) => wire)
    expect(second).toBe(first)
    expect(third!.addresses!.key).not.toBe(first!.addresses!.key)
  })

  it('takes other addresses for one call', async () => {
    const transport = scriptedTransport(replies(200))
    const stack = pipeline([hosts({ addresses: { 'api.example.com': '127.0.0.1' } })], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com' })
    await http.get('/', { layers: { hosts: { addresses: { 'api.example.com': '127.0.0.9' } } } })
    await http.get('/')
    const led = transport.calls.map(({ wire }) => wire.addresses!.of('api.example.com'))
    expect(led).toEqual([['127.0.0.9'], ['127.0.0.1']])
  })

  it('lets an aborted caller go while a function is slow', async () => {
    const { http, transport } = set({ addresses: () => new Promise<never>(() => {}) })
    const controller = new AbortController()
    const failed = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort('left')
    expect(await failed).toBe('left')
    expect(transport.calls).toEqual([])
  })

  it('lets the bug of a function pass, and names an answer that is no address', async () => {
    const bug = new TypeError('bug')
    await expect(set({ addresses: () => Promise.reject(bug) }).http.get('/')).rejects.toBe(bug)
    const wrong = set({ addresses: () => 'elsewhere.example.com' })
    await expect(wrong.http.get('/')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it.each([
    [{ 'api.example.com': [] }, 'hosts({ addresses }): give IP addresses, one at least'],
    [{ 'api.example.com': 'localhost' }, 'hosts({ addresses }): give IP addresses, one at least'],
    [{ 'api.example.com': ['127.0.0.1', '1.2.3'] }, 'hosts({ addresses }): give IP addresses, one at least'],
    [
      { 'https://api.example.com': '127.0.0.1' },
      "hosts({ addresses }): 'https://api.example.com' is no name of a host: leave scheme and port out",
    ],
    [
      { 'api.example.com:443': '127.0.0.1' },
      "hosts({ addresses }): 'api.example.com:443' is no name of a host: leave scheme and port out",
    ],
    [{ '127.0.0.1': '127.0.0.2' }, "hosts({ addresses }): '127.0.0.1' is no name of a host: leave scheme and port out"],
  ])('refuses to be made with %o', (addresses, message) => {
    expect(() => hosts({ addresses })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })

  it('shows its hosts in the plan', () => {
    expect(String(set({ addresses: { a: '127.0.0.1', b: '::1' } }).stack.plan())).toBe('hosts(a, b) → scripted')
    const cached = set({ addresses: () => undefined, cache: true }).stack.plan()
    expect(String(cached)).toBe('hosts(by function, cache ≤ 30 s) → scripted')
    expect(cached.layers[0]!.traits).toEqual({ cached: true })
    expect(set({}).stack.plan().layers[0]!.traits).toEqual({ cached: false })
  })
})

describe('hosts with a cache', () => {
  const first = { addresses: ['127.0.0.1', '::1'] }
  const second = { addresses: ['127.0.0.2'] }

  it('asks once for a time, and notes nothing', async () => {
    const clock = virtualClock()
    const { http, resolve, leads, transport } = resolving(clock, {}, first, second)
    const { ledger } = await http.get('/')
    await clock.advance(29_999)
    await http.get('/')
    expect([resolve.mock.calls, leads(1), ledger.notes]).toEqual([
      [['api.example.com']],
      ['127.0.0.1', '::1'],
      undefined,
    ])
    await clock.advance(1)
    await http.get('/')
    expect([resolve.mock.calls.length, leads(2)]).toEqual([2, ['127.0.0.2']])
    // sockets outlive an answer
    expect(transport.calls[2]!.wire).toBe(transport.calls[0]!.wire)
  })

  it.each([
    [5_000, 5_000],
    [10, 1_000],
    [3_600_000, 30_000],
  ])('keeps an answer with a ttl of %d for %d ms', async (ttl, kept) => {
    const clock = virtualClock()
    const { http, resolve } = resolving(clock, {}, { ...first, ttl })
    await http.get('/')
    await clock.advance(kept - 1)
    await http.get('/')
    expect(resolve).toHaveBeenCalledTimes(1)
    await clock.advance(1)
    await http.get('/')
    expect(resolve).toHaveBeenCalledTimes(2)
  })

  it('asks once for calls at the same time, each name by itself', async () => {
    const { http, resolve } = resolving(virtualClock(), {}, first)
    await Promise.all([http.get('/'), http.get('/'), http.get('https://other.example.com/')])
    expect(resolve.mock.calls).toEqual([['api.example.com'], ['other.example.com']])
  })

  it.each([
    ['ENOTFOUND', 'DNS_NOT_FOUND', 'the name has no address'],
    ['ENODATA', 'DNS_NOT_FOUND', 'the name has no address'],
    ['EAI_AGAIN', 'DNS_TIMEOUT', 'the name could not be looked up: EAI_AGAIN'],
    ['ESERVFAIL', 'DNS_TIMEOUT', 'the name could not be looked up: ESERVFAIL'],
  ])('%s is %s, kept for a second', async (told, code, because) => {
    const clock = virtualClock()
    const { http, resolve, transport } = resolving(clock, {}, told, first)
    const facts = { verdict: 'network', code, layer: 'hosts', because, phase: 'dns', sent: 'none' }
    expect(await http.outcome({ path: '/' })).toMatchObject(facts)
    await clock.advance(999)
    expect(await http.outcome({ path: '/' })).toMatchObject(facts)
    expect([resolve.mock.calls.length, transport.calls.length]).toEqual([1, 0])
    await clock.advance(1)
    expect(await http.outcome({ path: '/' })).toMatchObject({ status: 200 })
  })

  it('takes an answer without an address for none', async () => {
    const { http } = resolving(virtualClock(), {}, { addresses: [] })
    expect(await http.outcome({ path: '/' })).toMatchObject({ code: 'DNS_NOT_FOUND' })
  })

  it('keeps to what it knew while DNS fails, says so, and not for ever', async () => {
    const clock = virtualClock()
    const { http, leads, resolve } = resolving(clock, {}, first, 'EAI_AGAIN')
    await http.get('/')
    await clock.advance(30_000)
    const { ledger } = await http.get('/')
    expect([leads(1), noted(ledger.notes)]).toEqual([first.addresses, [['hosts.stale', { code: 'DNS_TIMEOUT' }]]])
    await clock.advance(999)
    await http.get('/')
    expect(resolve).toHaveBeenCalledTimes(2)
    await clock.advance(299_000)
    expect(await http.outcome({ path: '/' })).toMatchObject({ status: 200 })
    await clock.advance(2)
    expect(await http.outcome({ path: '/' })).toMatchObject({ code: 'DNS_TIMEOUT' })
  })

  it('takes a new answer as soon as there is one', async () => {
    const clock = virtualClock()
    const { http, leads } = resolving(clock, {}, first, 'EAI_AGAIN', second)
    await http.get('/')
    await clock.advance(30_000)
    await http.get('/')
    await clock.advance(1_000)
    const { ledger } = await http.get('/')
    expect([leads(2), ledger.notes]).toEqual([second.addresses, undefined])
  })

  it('forgets the name asked longest ago, beyond its size', async () => {
    const { http, resolve } = resolving(virtualClock(), { entries: 2 }, first)
    for (const name of ['a', 'b', 'c', 'b', 'a']) await http.get(`https://${name}.example.com/`)
    expect(resolve.mock.calls.map(([host]) => host[0])).toEqual(['a', 'b', 'c', 'a'])
  })

  it('lets an aborted caller go, and what it asked for serves the next', async () => {
    const answer = Promise.withResolvers<Resolution>()
    const resolve = vi.fn(() => answer.promise)
    const { http, leads } = set({ cache: { resolve } })
    const controller = new AbortController()
    const failed = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    controller.abort('left')
    expect(await failed).toBe('left')
    answer.resolve(first)
    await http.get('/')
    expect([resolve.mock.calls.length, leads(0)]).toEqual([1, first.addresses])
  })

  it('lets an aborted caller go also when it could use what is stale', async () => {
    const clock = virtualClock()
    const answers = [Promise.resolve(first), new Promise<never>(() => {})]
    const { http, transport } = set({ cache: { resolve: () => answers.shift()! } }, clock)
    await http.get('/')
    await clock.advance(30_000)
    const controller = new AbortController()
    const failed = http.get('/', { signal: controller.signal }).catch((thrown) => thrown)
    const reason = new Error('left')
    controller.abort(reason)
    expect(await failed).toBe(reason)
    await clock.advance(0)
    expect([transport.calls.length, ledgerOf(reason)!.notes]).toEqual([1, undefined])
  })

  it('pins first, and asks for the rest', async () => {
    const resolve = vi.fn(() => Promise.resolve(first))
    const { http, leads } = set({ addresses: { 'api.example.com': '10.0.0.1' }, cache: { resolve } })
    await http.get('/')
    expect([leads(0), resolve.mock.calls.length]).toEqual([['10.0.0.1'], 0])
  })

  it('asks nothing for an address, nor where a proxy looks names up', async () => {
    const resolve = vi.fn(() => Promise.resolve(first))
    const transport = scriptedTransport(replies(200))
    const stack = pipeline([proxy('http://proxy:1', { noProxy: 'b' }), hosts({ cache: { resolve } })], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com' })
    for (const url of ['https://a/', 'http://127.0.0.1/', 'http://[::1]/']) await http.get(url)
    expect([resolve.mock.calls.length, transport.calls[0]!.wire.addresses]).toEqual([0, undefined])
    await http.get('https://b/')
    expect(resolve.mock.calls).toEqual([['b']])
  })

  it('asks the system by default, and tells it from a name that is not there', async () => {
    const { http, leads } = set({ cache: true })
    await http.get('http://localhost/')
    expect(leads(0, 'localhost')).toContain('127.0.0.1')
    const outcome = await http.outcome({ path: 'http://nowhere.invalid/' })
    expect(outcome).toBeInstanceOf(Failure)
    expect(outcome).toMatchObject({ verdict: 'network', phase: 'dns', code: expect.stringMatching(/^DNS_/) })
  })

  it.each([
    ['throws what is no error of DNS', () => Promise.reject(new TypeError('bug')), 'bug'],
    ['gives what is no address', () => Promise.resolve({ addresses: ['127.0.0.1', 'here'] }), 'is no IP address'],
    ['is misused', () => failing('ERR_INVALID_ARG_TYPE'), 'dns'],
  ])('lets the bug of a resolver pass that %s', async (_, resolve, message) => {
    await expect(set({ cache: { resolve } }).http.get('/')).rejects.toThrow(message)
  })

  it.each([{ maxTtl: -1 }, { minTtl: NaN }, { negativeTtl: Infinity }, { stale: '1' as never }, { entries: 0 }])(
    'refuses to be made with %o',
    (cache) => {
      const [option] = Object.keys(cache)
      const message = `hosts({ cache: { ${option} } }) is a number from zero up, and finite`
      expect(() => hosts({ cache })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
    },
  )
})
