import { bytesBody, type Call, client, Failure, pipeline, Reply, type Request, type VerdictTable } from '@penstock/core'
import { hangs, later, replies, scriptedTransport, seeded, type Step, virtualClock } from '@penstock/core/testing'
import { chaos, type ChaosOptions, deadline, reject, retry, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const text = { en: 'x', zh: 'x' }
const table: VerdictTable = {
  code: 'error.code',
  message: 'error.text',
  success: [],
  rows: {
    18: { verdict: 'rate', code: 'QPS_LIMIT', message: 'Too fast', meaning: text, advice: text, source: 'x' },
    AuthFailure: { verdict: 'auth', code: 'AUTH', message: 'No', meaning: text, advice: text, source: 'x' },
  },
}
const hello = replies(200, { date: 'Sat, 21 Nov 2026 12:00:00 GMT', 'x-own': 'kept' }, 'hello there')

function against(options: ChaosOptions<any>, step: Step = hello, seed = 1) {
  const clock = virtualClock()
  const transport = scriptedTransport(step)
  const stack = pipeline([deadline({ after: 10_000 }), status(), chaos(options)] as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: seeded(seed) })
  async function outcome(request: Partial<Request> = {}) {
    const done = http.outcome({ path: '/', ...request })
    await clock.drain()
    return done
  }
  return { clock, http, stack, transport, outcome }
}

/** What the caller sees, in one line. */
async function line(outcome: Reply | Failure): Promise<string> {
  if (outcome.failed) return outcome.code
  const bytes = await outcome.body.read()
  return bytes instanceof Failure ? bytes.code : `${outcome.status} ${Buffer.from(bytes).toString()}`
}

describe('a fault', () => {
  const one = (...script: NonNullable<ChaosOptions['script']>) => against({ script: [script.flat()] })

  it('of latency lets a request set out later', async () => {
    const { clock, outcome, transport } = one({ fault: 'latency', milliseconds: 200 })
    const done = outcome()
    await clock.advance(199)
    expect(transport.calls.length).toBe(0)
    expect(await line(await done)).toBe('200 hello there')
    expect([clock.now(), clock.timers]).toEqual([200, 0])
  })

  it('of latency varies by up to its jitter', async () => {
    const { clock, outcome } = one({ fault: 'latency', milliseconds: 200, jitter: 100 })
    await outcome()
    expect(clock.now()).toBeCloseTo(200 + 100 * seeded(1)(), 0)
  })

  it('of latency ends at an abort, before any time passes', async () => {
    const { clock, http, transport } = one({ fault: 'latency', milliseconds: 200 })
    const abort = new AbortController()
    const done = http.get('/', { signal: abort.signal })
    await clock.advance(10)
    abort.abort('enough')
    await expect(done).rejects.toBe('enough')
    expect([clock.now(), clock.timers, transport.calls.length]).toEqual([10, 0, 0])
  })

  it('of reset breaks the connection when the server has done its work, and lets go of the answer', async () => {
    let discarded = 0
    const answers: Step = () => new Reply(200, {}, { ...bytesBody(Buffer.of()), discard: () => void discarded++ })
    const { outcome, transport } = against({ script: [{ fault: 'reset' }], name: 'rough' }, answers)
    expect(await outcome()).toMatchObject({
      verdict: 'network',
      code: 'CONNECTION_RESET',
      layer: 'rough',
      phase: 'wait',
      sent: 'all',
    })
    expect([transport.calls.length, discarded]).toEqual([1, 1])
  })

  it('of reset may break it before anything is sent', async () => {
    const { outcome, transport } = one({ fault: 'reset', when: 'connect' })
    expect(await outcome()).toMatchObject({ code: 'CONNECTION_RESET', phase: 'connect', sent: 'none' })
    expect(transport.calls.length).toBe(0)
  })

  it.each([5, 11, 0, 99])('of truncation breaks an answer of eleven bytes off after %i', async (bytes) => {
    const { outcome } = one({ fault: 'truncation', bytes })
    const reply = (await outcome({ stream: true })) as Reply
    let seen = ''
    const pieces = reply.body.pieces()
    let { done, value } = await pieces.next()
    for (; !done; { done, value } = await pieces.next()) seen += Buffer.from(value as Uint8Array).toString()
    expect(value).toMatchObject({ verdict: 'network', code: 'BODY_TRUNCATED', phase: 'receive', sent: 'all' })
    expect(seen).toBe('hello there'.slice(0, bytes))
  })

  it('of truncation lets go of the rest, and fails whoever reads it all', async () => {
    let discarded = 0
    const body = bytesBody(Buffer.from('hello'))
    const answers: Step = () => new Reply(200, {}, { ...body, discard: () => void discarded++ })
    const { outcome } = against({ script: [{ fault: 'truncation', bytes: 2 }] }, answers)
    const reply = (await outcome({ stream: true })) as Reply
    expect([await line(reply), await line(reply), discarded]).toEqual(['BODY_TRUNCATED', 'BODY_TRUNCATED', 1])
  })

  it('of status answers, and sends nothing', async () => {
    const { outcome, transport } = one({ fault: 'status', status: 503, headers: { 'retry-after': '2' }, body: 'busy' })
    const reply = await outcome()
    expect([await line(reply), reply.verdict, reply.retryAfter]).toEqual(['503 busy', 'busy', 2000])
    expect(transport.calls.length).toBe(0)
  })

  it.each([
    ['18', undefined, { error: { code: 18, text: 'Too fast' } }, 'rate'],
    ['AuthFailure', 'Mine', { error: { code: 'AuthFailure', text: 'Mine' } }, 'auth'],
  ])('of a vendor answers code %s where its table says', async (code, message, body, verdict) => {
    const script = [{ fault: 'vendor', code, ...(message !== undefined && { message }) }] as const
    const clock = virtualClock()
    const transport = scriptedTransport(hello)
    const stack = pipeline([reject({ verdicts: table }), chaos({ script, verdicts: table })], transport)
    const reply = await client({ pipeline: stack, origin: 'https://api.example.com', clock }).outcome({ path: '/' })
    expect([await line(reply), reply.verdict]).toEqual([`200 ${JSON.stringify(body)}`, verdict])
    expect(transport.calls.length).toBe(0)
  })

  it('of a vendor passes a call that has no table', async () => {
    expect(await line(await one({ fault: 'vendor', code: '18' }).outcome())).toBe('200 hello there')
  })

  it('of the clock moves the server’s date, and nothing else', async () => {
    const reply = await one({ fault: 'skew', milliseconds: -90_000 }).outcome()
    expect(await line(reply)).toBe('200 hello there')
    expect((reply as Reply).headers).toEqual({ date: 'Sat, 21 Nov 2026 11:58:30 GMT', 'x-own': 'kept' })
  })

  it('of the clock gives a date to a server that says none', async () => {
    const { outcome, clock } = against({ script: [{ fault: 'skew', milliseconds: 60_000 }] }, replies(200))
    const reply = (await outcome()) as Reply
    expect(reply.header('date')).toBe(new Date(clock.date() + 60_000).toUTCString())
  })

  it('goes together with others: the first is outermost', async () => {
    const { outcome, clock } = one(
      { fault: 'latency', milliseconds: 50 },
      { fault: 'truncation', bytes: 1 },
      { fault: 'status', status: 200, body: 'own' },
    )
    expect(await line(await outcome())).toBe('BODY_TRUNCATED')
    expect(clock.now()).toBe(50)
  })

  it('changes nothing of what failed by itself', async () => {
    const { outcome } = against(
      { script: [[{ fault: 'skew', milliseconds: 1 }, { fault: 'reset' }, { fault: 'truncation', bytes: 1 }]] },
      hangs(),
    )
    expect(await outcome()).toMatchObject({ code: 'CALL_DEADLINE' })
  })

  it('is a note of the call, with its kind', async () => {
    let seen: Call<any> | undefined
    const { outcome } = against({ script: [[{ fault: 'none' }, { fault: 'reset' }]], name: 'rough' }, (call) => {
      seen = call
      return hello(call)
    })
    await outcome()
    expect(seen!.ledger.notes!.map(({ kind, layer, facts }) => [kind.id, layer, facts])).toEqual([
      ['chaos.strikes', 'rough', { fault: 'reset' }],
    ])
  })
})

describe('a script', () => {
  const story = async (
    options: ChaosOptions<any>,
    requests: number,
    request: (at: number) => Partial<Request> = () => ({}),
  ) => {
    const { outcome } = against(options)
    const lines: string[] = []
    for (let at = 0; at < requests; at++) lines.push(await line(await outcome(request(at))))
    return lines
  }
  const script = [{ fault: 'reset' }, { fault: 'none' }, { fault: 'status', status: 500 }] as const

  it('is played once, a request after the other, and then all pass', async () => {
    expect(await story({ script }, 5)).toEqual([
      'CONNECTION_RESET',
      '200 hello there',
      '500 ',
      '200 hello there',
      '200 hello there',
    ])
  })

  it('may begin anew', async () => {
    expect(await story({ script, afterwards: 'repeat' }, 4)).toEqual([
      'CONNECTION_RESET',
      '200 hello there',
      '500 ',
      'CONNECTION_RESET',
    ])
  })

  it('counts no request that it may not happen to', async () => {
    const only = ({ path }: Call) => path === '/b'
    const paths = ['/a', '/b', '/a', '/b']
    expect(await story({ script, only }, 4, (at) => ({ path: paths[at]! }))).toEqual([
      '200 hello there',
      'CONNECTION_RESET',
      '200 hello there',
      '200 hello there',
    ])
  })

  it('may be one call’s own, attempt by attempt, and another call takes the layer’s', async () => {
    const clock = virtualClock()
    const stack = pipeline([retry({ delay: 1 }), status(), chaos()], scriptedTransport(hello))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
    const done = http.get('/', { layers: { chaos: { script: [...script] } } })
    await clock.drain()
    const reply = await done
    expect([await reply.text(), reply.ledger.notes!.map(({ kind }) => kind.id)]).toEqual([
      'hello there',
      ['chaos.strikes', 'retry.waits'],
    ])
    expect((await http.get('/')).ledger.notes).toBeUndefined()
  })
})

describe('faults by chance', () => {
  const faults = [
    { fault: 'latency', milliseconds: 10, rate: 0.5 },
    { fault: 'status', status: 500, rate: 0.3 },
  ] as const
  const happened = async (seed: number, options: ChaosOptions<any> = { faults }) => {
    const { outcome, clock } = against(options, later(1, hello), seed)
    const lines: string[] = []
    for (let count = 0; count < 400; count++) {
      const before = clock.now()
      const { status: code } = (await outcome()) as Reply
      lines.push(`${code} ${clock.now() - before >= 10 ? 'late' : ''}`)
    }
    return lines
  }

  it('happen to their share, each for itself', async () => {
    const lines = await happened(1)
    const share = (of: (text: string) => boolean) => lines.filter(of).length / 400
    expect(share((text) => text.endsWith('late'))).toBeCloseTo(0.5, 1)
    expect(share((text) => text.startsWith('500'))).toBeCloseTo(0.3, 1)
    expect(share((text) => text === '500 late')).toBeCloseTo(0.15, 1)
  })

  it('are the same for the same seed, and others for another', async () => {
    const lines = await happened(7)
    expect(await happened(7)).toEqual(lines)
    expect(await happened(8)).not.toEqual(lines)
  })

  it('of rate 0 never happen, and of rate 1 always', async () => {
    const certain = { faults: [{ fault: 'status', status: 500, rate: 1 }] } as const
    const never = { faults: [{ fault: 'status', status: 500, rate: 0 }] } as const
    expect(new Set([...(await happened(1, certain)), ...(await happened(1, never))])).toEqual(new Set(['500 ', '200 ']))
  })
})

describe('chaos', () => {
  it.each([
    [
      {
        faults: [
          { fault: 'latency', milliseconds: 5, rate: 0.1 },
          { fault: 'reset', rate: 0.005 },
        ],
      },
      'latency 10 %, reset 0.5 %',
    ],
    [{ script: [{ fault: 'reset' }] }, 'script of 1, then pass'],
    [{ script: [{ fault: 'reset' }], afterwards: 'repeat' }, 'script of 1, then repeat'],
    [{}, 'none'],
  ] as [ChaosOptions, string][])('says loudly in the plan that it is there: %j', (options, about) => {
    const plan = against(options).stack.plan()
    expect(String(plan)).toContain(`chaos(CHAOS ${about}) → scripted`)
    expect(plan.layers[2]!.traits).toEqual({ chaos: true })
  })

  it.each([
    [{ faults: [{ fault: 'reset', rate: 1.5 }] }, 'reset: rate is 1.5: give a number from 0 to 1'],
    [{ faults: [{ fault: 'reset' }] }, 'reset: rate is undefined: give a number from 0 to 1'],
    [{ faults: [], script: [] }, 'give faults or a script, not both'],
    [{ afterwards: 'stop' }, "afterwards is stop: give 'pass' or 'repeat'"],
    [
      { script: [{ fault: 'latency' }] },
      'latency: milliseconds is undefined: give a number of milliseconds from zero up',
    ],
    [
      { script: [{ fault: 'latency', milliseconds: 1, jitter: -1 }] },
      'latency: jitter is -1: give a number of milliseconds from zero up',
    ],
    [{ script: [{ fault: 'reset', when: 'later' }] }, "reset: when is later: give 'connect' or 'answer'"],
    [
      { script: [[{ fault: 'truncation', bytes: Infinity }]] },
      'truncation: bytes is Infinity: give a number from zero up',
    ],
    [{ script: [{ fault: 'status', status: 600 }] }, 'status: status is 600: give a whole number from 200 to 599'],
    [{ script: [{ fault: 'vendor', code: 18 }] }, 'vendor: code is 18: give the code as text'],
    [{ script: [{ fault: 'skew', milliseconds: NaN }] }, 'skew: milliseconds is NaN: give a number of milliseconds'],
    [
      { script: [{ fault: 'fire' }] },
      'fire is no fault: give latency, reset, truncation, status, vendor, skew or none',
    ],
  ])('refuses %j', (options, because) => {
    expect(() => chaos(options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `chaos: ${because}` }),
    )
  })
})
