import { getEventListeners } from 'node:events'
import {
  bytesBody,
  type Call,
  client,
  explain,
  Failure,
  type Middleware,
  onceBody,
  pipeline,
  refused,
  Reply,
  type Request,
  Secret,
  type Verdict,
  verdicts,
} from '@penstock/core'
import { breaks, hangs, later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { credential, deadline, fallback, type FallbackOptions, retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const reset = breaks('CONNECTION_RESET')
const other = 'https://api.example.net'
const mine: Step = (call) => replies(200, {}, `from ${call.url}`)(call)

type Set = { readonly inner?: readonly Middleware[]; readonly options?: Partial<FallbackOptions<any>> }

/** A first provider that does `step`, and a second that does `instead`. */
function against(step: Step, instead: Step = mine, { inner = [], options = {} }: Set = {}) {
  const clock = virtualClock()
  const transport = scriptedTransport(step)
  const second = scriptedTransport(instead)
  const layers = [
    deadline({ after: 10_000 }),
    fallback({ to: pipeline([status()], second), ...options }),
    ...inner,
    credential({ bearer: 'the-first-ones' }),
    status(),
  ]
  const stack = pipeline(layers as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, maxAttempts: 3 })
  async function outcome(request: Partial<Request> = {}) {
    const done = http.outcome({ path: '/', ...request })
    await clock.drain()
    return done
  }
  const line = async (request?: Partial<Request>) => {
    const given = await outcome(request)
    return given.failed ? given.code : `${given.status} ${String(Buffer.from((await given.body.read()) as never))}`
  }
  const notes = () => (transport.calls[0]!.ledger.notes ?? []).map(({ kind, facts }) => [kind.id, facts])
  return { clock, http, stack, transport, second, outcome, line, notes }
}

const judged =
  (verdict: Verdict): Step =>
  () =>
    new Reply(418, {}, bytesBody(Buffer.from('first'))).judged({ verdict })

describe('a fallback', () => {
  it('answers in place of a first provider that has failed, and says what it stood in for', async () => {
    const { line, notes, second, clock } = against(reset)
    expect(await line()).toBe('200 from https://api.example.com/')
    expect(notes()).toEqual([
      ['fallback.turns', { code: 'CONNECTION_RESET' }],
      ['fallback.stands_in', { code: 'CONNECTION_RESET', verdict: 'network' }],
    ])
    expect([second.calls.length, clock.timers]).toEqual([1, 0])
  })

  it('is not asked when the first one answers, and nothing is noted', async () => {
    const { line, notes, second } = against(mine)
    expect(await line()).toBe('200 from https://api.example.com/')
    expect([second.calls.length, notes()]).toEqual([0, []])
  })

  it.each(Object.keys(verdicts) as Verdict[])(
    'stands in for verdict %s only if another try may mend it, or we refused, or its quota is spent',
    async (verdict) => {
      const { line } = against(judged(verdict))
      const mends = verdicts[verdict].again || ['quota', 'refused'].includes(verdict)
      expect(await line()).toBe(mends ? '200 from https://api.example.com/' : '418 first')
    },
  )

  it('stands in for the verdicts that are named, and no others', async () => {
    const options = { verdicts: ['auth'] } as const
    expect(await against(judged('auth'), mine, { options }).line()).toBe('200 from https://api.example.com/')
    expect(await against(judged('server'), mine, { options }).line()).toBe('418 first')
  })

  it('stands in for a refusal of our own, before anything was sent', async () => {
    const breaker: Middleware = async () => refused('CIRCUIT_OPEN', 'breaker', 'it is open')
    const { line, transport } = against(mine, mine, { inner: [breaker] })
    expect([await line(), transport.calls.length]).toEqual(['200 from https://api.example.com/', 0])
  })

  it('may be a function, which is told what it stands in for', async () => {
    const told: unknown[] = []
    const to = async (call: Call<any>, instead: Reply | Failure) => {
      told.push([call.url, instead.code])
      return new Reply(200, { age: '60' }, bytesBody(Buffer.from('stale')))
    }
    expect(await against(replies(503), mine, { options: { to } }).line()).toBe('200 stale')
    expect(told).toEqual([['https://api.example.com/', 'STATUS_503']])
  })

  it('may give the first outcome back, whose body stays whole', async () => {
    let discarded = 0
    const first: Step = () =>
      new Reply(503, {}, { ...bytesBody(Buffer.from('first')), discard: () => void discarded++ })
    const { line, notes } = against(first, mine, {
      options: { to: async (_: Call<any>, instead: Reply | Failure) => instead },
    })
    expect([await line(), discarded]).toEqual(['503 first', 0])
    expect(notes()[1]).toEqual(['fallback.fails', { code: 'STATUS_503', first: 'STATUS_503' }])
  })

  it('may judge the first outcome anew, whose body stays whole', async () => {
    let discarded = 0
    const first: Step = () =>
      new Reply(503, {}, { ...bytesBody(Buffer.from('good enough')), discard: () => void discarded++ })
    const to = async (_: Call<any>, instead: Reply | Failure) => (instead as Reply).judged({ verdict: 'ok' })
    expect([await against(first, mine, { options: { to } }).line(), discarded]).toEqual(['503 good enough', 0])
  })

  it('may be another client, whose call is of this one', async () => {
    const far = scriptedTransport(replies(200, {}, 'theirs'))
    const second = client({ pipeline: pipeline([status()], far), origin: other })
    const to = (call: Call<any>) => second.outcome({ path: '/theirs', parent: call })
    const { line, transport } = against(reset, mine, { options: { to } })
    expect(await line()).toBe('200 theirs')
    expect(explain(transport.calls[0]!.ledger)).toContain(`GET ${other}/theirs: ok`)
    expect(transport.calls[0]!.ledger.budget.drawn).toBe(2)
  })

  it('lets go of the answer that it stands in for', async () => {
    let discarded = 0
    const first: Step = () => new Reply(503, {}, { ...bytesBody(Buffer.of()), discard: () => void discarded++ })
    await against(first).line({ stream: true })
    expect(discarded).toBe(1)
  })

  it('is one of the call’s attempts, and shows with its own in the call’s story', async () => {
    const { http, clock, transport } = against(reset, later(20, mine), { options: { origin: other } })
    const done = http.get('/a?b=1')
    await clock.drain()
    const reply = await done
    expect(transport.calls[0]!.budget.left).toBe(1)
    expect(explain(reply)).toBe(
      [
        'GET https://api.example.com/a',
        'ok after 1 attempt, 1 request, 20 ms',
        '     0 ms  #1  wire           CONNECTION_RESET in phase wait, sent: all',
        '     0 ms  #1  fallback       turns to the fallback: CONNECTION_RESET',
        '     0 ms  ↳   GET https://api.example.net/a: ok after 2 attempts, 1 request, 20 ms',
        '    20 ms    #2  wire           200 after 20 ms',
        '    20 ms  #1  fallback       the fallback stands in for CONNECTION_RESET, verdict network',
      ].join('\n'),
    )
  })

  it('may repeat by itself, within the call’s attempts', async () => {
    const second = scriptedTransport(reset)
    const to = pipeline([retry({ retries: 5, delay: 1 }), status()], second)
    const { line } = against(reset, mine, { options: { to } })
    expect(await line()).toBe('CONNECTION_RESET')
    expect(second.calls.map(({ attempt }) => attempt)).toEqual([2, 3])
  })

  it('is not meant by options of one call, which name layers of the first stack', async () => {
    const { line } = against(reset)
    expect(await line({ layers: { fallback: false } })).toBe('CONNECTION_RESET')
    expect(await line({ layers: { credential: false } })).toBe('200 from https://api.example.com/')
  })
})

describe('a fallback that fails', () => {
  it.each([
    ['breaks', breaks('CONNECTION_CLOSED'), 'CONNECTION_CLOSED'],
    ['is judged', replies(404), 'STATUS_404'],
  ])('gives the first outcome, with a note: it %s', async (_, step, code) => {
    const { line, notes } = against(replies(503, {}, 'first'), step, { options: { name: 'second' } })
    expect(await line()).toBe('503 first')
    expect(notes()).toEqual([
      ['fallback.turns', { code: 'STATUS_503' }],
      ['fallback.fails', { code, first: 'STATUS_503' }],
    ])
  })

  it('has its answer let go of', async () => {
    let discarded = 0
    const bad: Step = () => new Reply(500, {}, { ...bytesBody(Buffer.of()), discard: () => void discarded++ })
    await against(reset, bad).line({ stream: true })
    expect(discarded).toBe(1)
  })

  it('by the call’s deadline gives the first outcome too', async () => {
    const { line, clock } = against(reset, hangs())
    expect(await line()).toBe('CONNECTION_RESET')
    expect([clock.now(), clock.timers]).toEqual([10_000, 0])
  })
})

describe('what is another origin’s', () => {
  const request: Partial<Request> = {
    path: '/a',
    headers: {
      Authorization: 'Bearer mine',
      Cookie: 'a=1',
      'X-Api-Key': 'k',
      'X-Own': new Secret('own', 's'),
      'X-Tenant': 't',
      Accept: '*/*',
    },
    query: { page: 1, key: new Secret('key', 'secret-key') },
  }

  it('does not go with the call: authorization, cookie, secret headers and parameters stay behind', async () => {
    const { line, second, notes } = against(reset, mine, { options: { origin: other, sensitiveHeaders: ['X-Tenant'] } })
    expect(await line(request)).toBe('200 from https://api.example.net/a?page=1')
    const [call] = second.calls
    expect([call!.headers, call!.secretQuery, call!.origin]).toEqual([{ accept: '*/*' }, [], other])
    expect(notes()).toContainEqual(['fallback.crosses', { dropped: 6 }])
  })

  it('goes with it to a second way to the same origin', async () => {
    const { line, second, notes } = against(reset, mine, { options: { origin: 'https://api.example.com' } })
    await line(request)
    const [call] = second.calls
    expect([call!.headers['authorization'], call!.secretQuery.length]).toEqual(['Bearer mine', 1])
    expect(notes().length).toBe(2)
  })

  it('keeps a call at home whose very path holds its secret', async () => {
    const { line, second, notes } = against(reset, mine, { options: { origin: other } })
    expect(await line({ path: '/users/a-long-key/x', headers: { 'x-key': new Secret('key', 'a-long-key') } })).toBe(
      'CONNECTION_RESET',
    )
    expect([second.calls.length, notes()]).toEqual([0, [['fallback.address', {}]]])
  })

  it('never saw what layers inside put on the call', async () => {
    const { line, second, transport } = against(reset, mine)
    await line()
    expect(String(transport.calls[0]!.headers['authorization'])).toMatch(/⟨/)
    expect(second.calls[0]!.headers['authorization']).toBeUndefined()
  })
})

describe('no fallback', () => {
  it('is asked when a body that can be read once has been', async () => {
    const { line, second, notes } = against(reset)
    expect(await line({ method: 'POST', body: onceBody(bytes()) })).toBe('CONNECTION_RESET')
    expect([second.calls.length, notes()]).toEqual([0, [['fallback.body_spent', {}]]])
  })

  it('is kept from a body that has not been read yet', async () => {
    const breaker: Middleware = async () => refused('CIRCUIT_OPEN', 'breaker', 'it is open')
    const { line, second } = against(mine, mine, { inner: [breaker] })
    expect(await line({ method: 'POST', body: onceBody(bytes()) })).toBe('200 from https://api.example.com/')
    expect(second.calls.length).toBe(1)
  })

  it('is asked when the call has made all its attempts', async () => {
    const spend: Middleware = (call, next) => {
      while (call.budget.draw());
      return next(call)
    }
    const { line, second, notes } = against(reset, mine, { inner: [spend] })
    expect(await line()).toBe('CONNECTION_RESET')
    expect([second.calls.length, notes()]).toEqual([0, [['fallback.call_budget', { attempts: 3 }]]])
  })

  it('is kept from a function that answers by itself, though all attempts are made and the body has been read', async () => {
    const stale = async () => new Reply(200, {}, bytesBody(Buffer.from('stale')))
    const spend: Middleware = (call, next) => {
      while (call.budget.draw());
      return next(call)
    }
    const { line } = against(reset, mine, { inner: [spend], options: { to: stale } })
    expect(await line({ method: 'POST', body: onceBody(bytes()) })).toBe('200 stale')
  })

  it('is asked after the caller’s abort, nor after the deadline', async () => {
    const { http, clock, second } = against(hangs())
    const abort = new AbortController()
    const aborted = http.get('/', { signal: abort.signal })
    await clock.advance(10)
    abort.abort('enough')
    await expect(aborted).rejects.toBe('enough')
    const late = http.outcome({ path: '/' })
    await clock.drain()
    expect(await late).toMatchObject({ code: 'CALL_DEADLINE' })
    expect(second.calls.length).toBe(0)
  })
})

describe('an end from outside', () => {
  it('an abort ends the fallback before any time passes, with the caller’s own reason', async () => {
    const { http, clock, second } = against(reset, hangs())
    const abort = new AbortController()
    const reason = { mine: true }
    const done = http.get('/', { signal: abort.signal })
    await clock.advance(10)
    expect(second.calls.length).toBe(1)
    abort.abort(reason)
    await expect(done).rejects.toBe(reason)
    expect([clock.now(), clock.timers, getEventListeners(abort.signal, 'abort').length]).toEqual([10, 0, 0])
  })

  it('a function that does not mind it is let go of, and so is what it gives later', async () => {
    let discarded = 0
    const to = (call: Call<any>) =>
      new Promise<Reply>((resolve) => {
        const late = new Reply(200, {}, { ...bytesBody(Buffer.of()), discard: () => void discarded++ })
        call.clock.setTimer(() => resolve(late), 20_000)
      })
    const { line } = against(reset, mine, { options: { to } })
    expect([await line(), discarded]).toEqual(['CONNECTION_RESET', 1])
  })

  it('closing the client ends it, and closes the second pipeline', async () => {
    const { http, clock, second } = against(reset, hangs())
    let closed = 0
    Object.assign(second, { close: async () => void closed++ })
    const done = http.outcome({ path: '/' })
    await clock.advance(10)
    const closing = http.close({ within: 10 })
    await clock.advance(10)
    await closing
    expect(await done).toMatchObject({ code: 'CLIENT_CLOSED' })
    expect([clock.timers, closed]).toEqual([0, 1])
  })

  it('a bug in it passes untouched, and the first answer is let go of', async () => {
    const bug = new TypeError('a bug')
    let discarded = 0
    const first: Step = () => new Reply(503, {}, { ...bytesBody(Buffer.of()), discard: () => void discarded++ })
    const { http } = against(first, mine, { options: { to: () => Promise.reject(bug) } })
    await expect(http.outcome({ path: '/' })).rejects.toBe(bug)
    expect(discarded).toBe(1)
  })

  it('a function that gives nothing is named', async () => {
    const { http } = against(reset, mine, { options: { to: (async () => undefined) as never, name: 'second' } })
    await expect(http.outcome({ path: '/' })).rejects.toMatchObject({
      code: 'NO_OUTCOME',
      message: "Layer 'second': its function gave no outcome, a Reply or a Failure",
    })
  })
})

describe('fallback', () => {
  it('says in the plan where it turns to', () => {
    const about = (options: Partial<FallbackOptions<any>>) => against(mine, mine, { options }).stack.plan()
    expect(String(about({ origin: `${other}/` }))).toContain(`fallback(${other})`)
    expect(String(about({}))).toContain('fallback(a pipeline)')
    expect(String(about({ to: async () => refused('X', 'x', 'x') }))).toContain('fallback(a function)')
    expect(about({}).layers[1]!.traits).toEqual({ fallback: true, waits: Infinity })
    expect(
      about({ to: pipeline([deadline({ after: 700 }), status()], scriptedTransport(mine)) }).layers[1]!.traits,
    ).toEqual({ fallback: true, waits: 700 })
  })

  it.each([
    [{ to: undefined }, 'to is none: give a pipeline, or a function that gives an outcome'],
    [{ origin: 'api.example.net' }, 'origin is none: write it as https://api.example.net'],
    [{ origin: 'https://api.example.net/path' }, 'origin is none: write it as https://api.example.net'],
    [{ origin: 'https://a:b@api.example.net' }, 'origin is none: write it as https://api.example.net'],
    [{ verdicts: ['slow'] }, 'verdicts holds slow, which is none'],
    [{ verdicts: ['cancelled'] }, 'verdicts holds cancelled: nobody can stand in for that'],
  ])('refuses %j', (options, because) => {
    const to = async () => refused('X', 'x', 'x')
    expect(() => fallback({ to, ...options } as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `fallback: ${because}` }),
    )
  })
})

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('once')
}
