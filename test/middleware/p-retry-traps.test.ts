import pRetry, { AbortError, type Options } from 'p-retry'
import {
  bytesBody,
  client,
  Failure,
  layer,
  type Middleware,
  pipeline,
  Reply,
  type Request,
  systemClock,
} from '@penstock/core'
import { breaks, hangs, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { retry, type RetryOptions, status, token } from '@penstock/middleware'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** What bare p-retry does comes first, and then that the layer which loops with it does not. */

const reset = breaks('CONNECTION_RESET')
const ok = replies(200, {}, 'there')
const lasting = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const fails = () => Promise.reject(new Error('failed'))

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** The waits that p-retry says it makes, and how often it called. */
async function bare(options: Options, action: (attempt: number) => unknown = fails) {
  const delays: number[] = []
  const calls: number[] = []
  const going = pRetry((attempt) => (calls.push(attempt), action(attempt)), {
    onFailedAttempt: ({ retryDelay, retriesLeft }) => void (retriesLeft > 0 && delays.push(retryDelay)),
    ...options,
  }).catch((error: unknown) => error)
  await vi.runAllTimersAsync()
  return { delays, calls: calls.length, result: await going }
}

function ours(steps: readonly [Step, ...Step[]], options: RetryOptions = {}, inner: readonly unknown[] = []) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const chance = { is: 0.5 }
  let ledger: { readonly notes?: readonly { readonly kind: { readonly id: string }; readonly facts: object }[] } = {}
  const keep: Middleware = (call, next) => ((ledger = call.ledger as never), next(call))
  const stack = pipeline([keep, retry(options), ...inner, status()] as never, transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => chance.is })
  async function done(request: Partial<Request> = {}) {
    const going = http.outcome({ path: '/', ...request })
    await Promise.allSettled([going, clock.drain()])
    return going
  }
  const waits = () =>
    (ledger.notes ?? []).flatMap(({ kind, facts }) =>
      kind.id === 'retry.waits' ? [(facts as { wait: number }).wait] : [],
    )
  return { clock, transport, chance, http, done, waits }
}

describe('Its defaults wait up to 1023 s', () => {
  it('p-retry: ten retries, 1 s doubling', async () => {
    const { delays } = await bare({})
    expect([delays.length, delays.reduce((sum, delay) => sum + delay)]).toEqual([10, 1_023_000])
  })

  it('retry: three retries, 700 ms at the very most', async () => {
    const { done, chance, waits, clock } = ours([reset])
    chance.is = 1
    await done()
    expect([waits(), clock.now()]).toEqual([[100, 200, 400], 700])
  })
})

describe('It has no jitter by default', () => {
  it('p-retry: every process waits the same', async () => {
    expect([(await bare({ retries: 3 })).delays, (await bare({ retries: 3 })).delays]).toEqual([
      [1000, 2000, 4000],
      [1000, 2000, 4000],
    ])
  })

  it('retry: waits are drawn from zero to their ceiling', async () => {
    const drawn = []
    for (const is of [0, 0.25, 0.75]) {
      const { done, chance, waits } = ours([reset], { retries: 2 })
      chance.is = is
      await done()
      drawn.push(waits())
    }
    expect(drawn).toEqual([
      [0, 0],
      [25, 50],
      [75, 150],
    ])
  })
})

describe('Its jitter vanishes at the cap', () => {
  it('p-retry: every wait there is the cap', async () => {
    const { delays } = await bare({ retries: 8, randomize: true, minTimeout: 5, maxTimeout: 20 })
    expect(delays.slice(2)).toEqual([20, 20, 20, 20, 20, 20])
  })

  it('retry: waits at the cap are drawn as well', async () => {
    const { done, waits } = ours([reset], { retries: 4, delay: 20, maxDelay: 20 })
    await done()
    expect(waits()).toEqual([10, 10, 10, 10])
  })
})

describe('Its signal does not interrupt a running attempt', () => {
  it('p-retry: it rejects when the attempt is over, 200 ms later', async () => {
    const controller = new AbortController()
    let at: number | undefined
    const start = Date.now()
    const going = pRetry(() => lasting(200), { signal: controller.signal }).catch(() => (at = Date.now() - start))
    controller.abort()
    await vi.runAllTimersAsync()
    await going
    expect(at).toBe(200)
  })

  it('retry: it rejects before any time passes, with the reason', async () => {
    const { http, clock } = ours([hangs()])
    const controller = new AbortController()
    const going = http.get('/', { signal: controller.signal })
    const reason = { mine: true }
    controller.abort(reason)
    await expect(going).rejects.toBe(reason)
    expect([clock.now(), clock.timers]).toEqual([0, 0])
  })
})

describe('A success that settles after an abort is thrown away, and its body leaks', () => {
  it('p-retry: what was paid for is lost, and nobody lets go of it', async () => {
    const controller = new AbortController()
    const cancel = vi.fn()
    const lands = async () => {
      controller.abort('enough')
      return new Response(new ReadableStream({ cancel }))
    }
    const { result } = await bare({ signal: controller.signal }, lands)
    expect([result, cancel.mock.calls.length]).toEqual(['enough', 0])
  })

  it('retry: the layer passes on the reply that landed', async () => {
    const { clock } = ours([ok])
    const controller = new AbortController()
    const landed = new Reply(200, {}, bytesBody(Buffer.from('paid'))).judged({ verdict: 'ok' })
    const { run } = retry()
    const alone = layer({
      name: 'alone',
      slot: 'repeat',
      // nobody outside looks at this signal
      run: (call, next) => run(call.with({ signal: controller.signal }), next),
    })
    const lands = layer({ name: 'lands', slot: 'wire', run: async () => (controller.abort('enough'), landed) })
    const stack = pipeline([alone, lands], scriptedTransport(ok))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
    expect(await (await http.get('/')).text()).toBe('paid')
  })

  it('retry: what lands after the caller has left is let go of', async () => {
    const discard = vi.fn()
    const reply: Step = () => new Reply(200, {}, { ...bytesBody(Buffer.from('late')), discard })
    const controller = new AbortController()
    const inner: Middleware = async (call, next) => {
      const outcome = await next(call)
      controller.abort('enough')
      return outcome
    }
    const { http } = ours([reply], {}, [inner])
    await expect(http.get('/', { signal: controller.signal })).rejects.toBe('enough')
    expect(discard.mock.calls.length).toBe(1)
  })
})

describe('An AbortError of fetch is retried unless p-retry has the signal too', () => {
  it('p-retry: four attempts for a call that its caller has cancelled', async () => {
    const cancelled = () => Promise.reject(new DOMException('This operation was aborted', 'AbortError'))
    expect((await bare({ retries: 3, minTimeout: 1 }, cancelled)).calls).toBe(4)
  })

  it('retry: one, for cancelled is a verdict that no other try mends', async () => {
    const controller = new AbortController()
    const { http, clock, transport } = ours([hangs()])
    const going = http.outcome({ path: '/', signal: controller.signal })
    controller.abort()
    await clock.drain()
    expect([(await going).verdict, transport.calls.length]).toEqual(['cancelled', 1])
  })
})

describe('A TimeoutError is retried', () => {
  it('p-retry: four attempts for a call whose time is over', async () => {
    const over = () => Promise.reject(new DOMException('The operation timed out', 'TimeoutError'))
    expect((await bare({ retries: 3, minTimeout: 1 }, over)).calls).toBe(4)
  })

  it('retry: one, when it is the caller’s own time that is over, and the reason stays his', async () => {
    const { http, transport } = ours([hangs()])
    const controller = new AbortController()
    const reason = new DOMException('The operation timed out', 'TimeoutError')
    const going = http.get('/', { signal: controller.signal })
    controller.abort(reason)
    await expect(going).rejects.toBe(reason)
    expect(transport.calls.length).toBe(1)
  })
})

describe('A TypeError is never retried, whatever shouldRetry says, but for some messages', () => {
  it('p-retry: one attempt, and four for another message', async () => {
    const saying = (message: string) => () => Promise.reject(new TypeError(message))
    const shouldRetry = () => true
    const odd = await bare({ retries: 3, minTimeout: 1, shouldRetry }, saying('socket hang up'))
    const known = await bare({ retries: 3, minTimeout: 1, shouldRetry }, saying('fetch failed'))
    expect([odd.calls, known.calls]).toEqual([1, 4])
  })

  it('retry: a failure of the network is repeated whatever it says, and a bug never, whatever its message', async () => {
    const wire: Step = () => new Failure('network', 'CONNECTION_RESET', 'wire', 'TypeError: socket hang up')
    const bug = new TypeError('fetch failed')
    const throws: Step = () => {
      throw bug
    }
    const [repeated, passed] = [ours([wire, ok]), ours([throws, ok])]
    expect([(await repeated.done()).verdict, repeated.transport.calls.length]).toEqual(['ok', 2])
    await expect(passed.done()).rejects.toBe(bug)
    expect(passed.transport.calls.length).toBe(1)
  })
})

describe('What is thrown and is no Error becomes a TypeError', () => {
  it('p-retry: an object is lost', async () => {
    const { result, calls } = await bare({ retries: 3 }, () => Promise.reject({ code: 7 }))
    expect([result instanceof TypeError, String(result), calls]).toEqual([
      true,
      'TypeError: Non-error was thrown: "[object Object]". You should only throw errors.',
      1,
    ])
  })

  it('p-retry: its own AbortError is unwrapped', async () => {
    const inner = new Error('inner')
    expect((await bare({}, () => Promise.reject(new AbortError(inner)))).result).toBe(inner)
  })

  it.each([[{ code: 7 }], ['text'], [undefined], [new AbortError(new Error('inner'))]])(
    'retry: it comes out as it was thrown (%#)',
    async (bug) => {
      const throws: Step = () => {
        throw bug
      }
      const { done } = ours([reset, throws])
      const thrown = await done().then(
        () => 'nothing',
        (error: unknown) => [error],
      )
      expect((thrown as unknown[])[0]).toBe(bug)
    },
  )
})

describe('Retry-After can only be slept in onFailedAttempt, which no signal ends', () => {
  it('p-retry: it rejects when the sleep is over', async () => {
    const controller = new AbortController()
    const start = Date.now()
    setTimeout(() => controller.abort('enough'), 1)
    const sleeps = () => lasting(200)
    const { result } = await bare({ minTimeout: 0, signal: controller.signal, onFailedAttempt: sleeps })
    expect([result, Date.now() - start]).toEqual(['enough', 200])
  })

  it('retry: the server’s time is the least, and an abort ends it at once', async () => {
    const { http, clock, waits } = ours([replies(429, { 'retry-after': '2' }), ok])
    const controller = new AbortController()
    const going = http.get('/', { signal: controller.signal })
    await clock.advance(1)
    controller.abort('enough')
    await expect(going).rejects.toBe('enough')
    expect([waits(), clock.now(), clock.timers]).toEqual([[2050], 1, 0])
  })
})

describe('shouldConsumeRetry: false repeats without a wait and without an end', () => {
  it('p-retry: a thousand attempts in no time, with retries: 1', async () => {
    const start = Date.now()
    const free = await bare({ retries: 1, shouldConsumeRetry: ({ attemptNumber }) => attemptNumber > 1000 })
    expect([free.calls > 1000, free.delays.slice(0, 1000).every((delay) => delay === 0)]).toEqual([true, true])
    expect(Date.now() - start).toBe(1000)
  })

  it('retry: a replay that is not charged to it, of a refused token, is one an attempt', async () => {
    let issued = 0
    const source = async () => ({ token: `t${++issued}`, expiresIn: 3_600_000 })
    const { done, transport } = ours([replies(401)], { retries: 3, budget: Infinity }, [token({ source })])
    const { verdict } = await done()
    expect([verdict, transport.calls.length]).toEqual(['token', 2])
  })
})

describe('Nested it makes the product of the attempts', () => {
  it('p-retry: 4 × 4', async () => {
    let calls = 0
    const inner = () => pRetry(() => (calls++, fails()), { retries: 3, minTimeout: 1 })
    await bare({ retries: 3, minTimeout: 1 }, inner)
    expect(calls).toBe(16)
  })

  it('retry: two in one pipeline are refused when it is built', () => {
    expect(() => ours([reset], {}, [retry({ name: 'again' })])).toThrow(/retry/)
  })

  it('retry: two that nobody could tell were nested draw on one budget of the call', async () => {
    const { run } = retry({ name: 'again', budget: Infinity })
    const inner = layer({ name: 'inner', slot: 'guard', calls: 'many', verdicts: 'needs', run })
    const { done, transport } = ours([reset], { budget: Infinity }, [inner])
    await done()
    expect(transport.calls.length).toBe(10)
  })
})

describe('A back-off keeps the process alive', () => {
  it('p-retry: its timer is held although nobody waits any more', () => {
    vi.useRealTimers()
    const set = vi.spyOn(globalThis, 'setTimeout')
    const controller = new AbortController()
    pRetry(fails, { minTimeout: 60_000, signal: controller.signal }).catch(() => {})
    return vi.waitFor(() => {
      expect((set.mock.results.at(-1)!.value as NodeJS.Timeout).hasRef()).toBe(true)
      controller.abort()
    })
  })

  it('retry: closing its client ends the back-off, and no timer is left that holds the process', async () => {
    vi.useRealTimers()
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const stack = pipeline([retry({ delay: 60_000 }), status()], scriptedTransport(reset))
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: systemClock, chance: () => 0.9 })
    const going = http.outcome({ path: '/' })
    await http.close({ within: 0 })
    const { code } = (await going) as Failure
    expect([code, timers() - before]).toEqual(['CLIENT_CLOSED', 0])
  })
})

describe('Its options are checked and copied at every call', () => {
  it('p-retry: three calls read them three times, and the wrong ones fail at the call', async () => {
    const read = vi.fn(() => 1)
    const options = Object.defineProperty({}, 'retries', { get: read, enumerable: true }) as Options
    for (let call = 0; call < 3; call++) await pRetry(async () => {}, options)
    expect(read.mock.calls.length).toBe(3)
    await expect(pRetry(async () => {}, { retries: -1 })).rejects.toBeInstanceOf(TypeError)
  })

  it('retry: they are read once, when the layer is made, and the wrong ones fail there', async () => {
    const read = vi.fn(() => 1)
    const options = Object.defineProperty({}, 'retries', { get: read, enumerable: true }) as RetryOptions
    const { done } = ours([ok], options)
    const made = read.mock.calls.length
    for (let call = 0; call < 3; call++) await done()
    expect([made, read.mock.calls.length]).toEqual([1, 1])
    expect(() => retry({ retries: -1 })).toThrow(expect.objectContaining({ name: 'ConfigError' }))
  })
})
