import { getEventListeners } from 'node:events'
import { type Checked, client, pipeline, poll, type PollOptions } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const chance = () => 0
const waits: Checked<never> = { done: false }
const never = () => new Promise<never>(() => {})

/** What comes of a poll, when all its time has passed, and the waits it told of. */
async function polled(options: Partial<PollOptions<unknown>>) {
  const clock = virtualClock()
  const told: number[] = []
  const value = poll({
    ...(options.submit === undefined && { id: 't1' }),
    check: async () => waits,
    clock,
    chance,
    onProgress: ({ wait }) => told.push(wait),
    ...options,
  })
  const settled = value.then(
    (made) => ({ made, error: undefined }),
    (error: unknown) => ({ made: undefined, error }),
  )
  await clock.drain()
  return { ...(await settled), told, took: clock.now() }
}

/** A check that makes a call to a server, which answers by the script. */
const asking = (...codes: readonly [number, ...number[]]) => {
  const [first, ...rest] = codes.map((code) => replies(code, code === 429 ? { 'retry-after': '9' } : {}))
  const http = client({
    pipeline: pipeline([status()], scriptedTransport(first!, ...rest)),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })
  return async (): Promise<Checked<string>> =>
    (await http.get('/')).status === 202 ? waits : { done: true, value: 'made' }
}

describe('the schedule', () => {
  it('backs off to the longest wait, and stays there', async () => {
    const { told } = await polled({ delay: 100, factor: 2, maxDelay: 350, deadline: 2000 })
    expect(told.slice(0, 6)).toEqual([0, 200, 350, 350, 350, 350])
  })

  it('gives a task ten minutes, and waits half a minute at most', async () => {
    const { error, told, took } = await polled({ submit: async () => 't1' })
    expect(error).toMatchObject({
      name: 'PollError',
      code: 'POLL_DEADLINE',
      message: 'The task was not done within 600000 ms, after 26 checks',
      id: 't1',
      checks: 26,
    })
    expect([told[0], told[1], told[2], Math.max(...told), took < 600_000]).toEqual([1000, 1500, 2250, 30_000, true])
  })

  it('is not begun where it lasts exactly as long as there is time', async () => {
    const { error, took } = await polled({
      check: async (): Promise<Checked<never>> => ({ done: false, after: 500 }),
      deadline: 1000,
    })
    expect([error, took]).toMatchObject([
      { code: 'POLL_DEADLINE', message: 'The task was not done within 1000 ms, after 2 checks' },
      500,
    ])
  })

  it('makes no difference where a server asks for no wait at all', async () => {
    let checks = 0
    const check = async (): Promise<Checked<string>> =>
      ++checks === 3 ? { done: true, value: 'made' } : { done: false, after: 0 }
    expect(await polled({ check })).toMatchObject({ made: 'made', told: [0, 0, 0], took: 0 })
  })
})

describe('checks that fail', () => {
  it('wait as long as the server asks, else by the schedule', async () => {
    const { made, told } = await polled({ check: asking(429, 503, 200) })
    expect([made, told]).toEqual(['made', [0, 9000, 2250]])
  })

  it('may be three in a row, counted anew after one that works', async () => {
    const { made } = await polled({ check: asking(503, 503, 503, 202, 503, 503, 503, 200) })
    expect(made).toBe('made')
  })

  it('end it when they are four', async () => {
    const { error } = await polled({ check: asking(503, 503, 503, 503, 200) })
    expect(error).toMatchObject({ code: 'POLL_CHECK', message: 'The task could not be asked for', checks: 4 })
  })
})

describe('the end', () => {
  it('by the deadline while the task is submitted has no id, and reaches what submits', async () => {
    let seen: AbortSignal | undefined
    const { error, took } = await polled({
      deadline: 700,
      submit({ signal }) {
        seen = signal
        return never()
      },
    })
    expect([error, took]).toMatchObject([{ code: 'POLL_DEADLINE', id: undefined, checks: 0 }, 700])
    expect(seen!.reason).toBe(error)
  })

  it('by the deadline reaches the check', async () => {
    let seen: AbortSignal | undefined
    const check = (_: string, { signal }: { readonly signal: AbortSignal }) => ((seen = signal), never())
    const { error } = await polled({ check, deadline: 700 })
    expect(seen!.reason).toBe(error)
  })

  it('by a bug that an abort sets off in a check is the reason of the abort', async () => {
    const controller = new AbortController()
    const check = (_: string, { signal }: { readonly signal: AbortSignal }) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new TypeError('torn off'))))
    const clock = virtualClock()
    const error = poll({ id: 't1', check, clock, signal: controller.signal }).catch((thrown: unknown) => thrown)
    await clock.advance(0)
    controller.abort('left')
    expect(await error).toBe('left')
  })

  it('comes before the start for a caller who has left', async () => {
    let submitted = false
    const submit = async () => ((submitted = true), 't1')
    const { error } = await polled({ submit, signal: AbortSignal.abort('left') })
    expect([error, submitted]).toEqual(['left', false])
  })

  it('leaves no listener at the caller’s signal', async () => {
    const { signal } = new AbortController()
    const { made } = await polled({ check: async () => ({ done: true, value: 7 }), signal })
    expect([made, getEventListeners(signal, 'abort')]).toEqual([7, []])
  })
})

it('a poll that is left and broken by who hears of it leaves no rejection behind', async () => {
  const unhandled: unknown[] = []
  const listen = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', listen)
  const leaving = new AbortController()
  const bug = new TypeError('bug')
  const { error } = await polled({
    signal: leaving.signal,
    onProgress() {
      leaving.abort()
      throw bug
    },
  })
  await new Promise(setImmediate)
  process.off('unhandledRejection', listen)
  expect([error, unhandled]).toEqual([bug, []])
})

describe('what cannot work', () => {
  it.each([
    ['delay', -1],
    ['maxDelay', -1],
    ['factor', 0.99],
    ['deadline', -1],
    ['faults', -1],
    ['faults', NaN],
  ])('is refused by name: %s of %d', async (name, value) => {
    await expect(poll({ id: 't1', check: never, [name]: value })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `poll({ ${name} }) is not a number that can work`,
    })
  })

  it('is no task at all', async () => {
    await expect(poll({ check: never })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'poll() takes submit or id',
    })
  })

  it('is not the least of each', async () => {
    const check = async (): Promise<Checked<number>> => ({ done: true, value: 7 })
    expect(await polled({ check, delay: 0, maxDelay: 0, factor: 1, faults: 0 })).toMatchObject({ made: 7 })
  })
})
