/** Which keys are kept, and what is forgotten with one; what is told of many turns at once. */
import { later, replies } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { notesOf, pacedCalls, times } from '../support/paced-calls.ts'

const ok = replies(200)
const refuse = replies(429)
const tells = (ratelimit: string, policy?: string) =>
  replies(200, { ratelimit, ...(policy !== undefined && { 'ratelimit-policy': policy }) })

describe('a key that is idle', () => {
  /** The guard of `/a` after it was refused twice, with `/b` asked for in between. */
  async function guardAfter(keys: number, pause: number) {
    const { clock, send, calls } = pacedCalls({ limit: 1, keys }, [refuse, ok, refuse])
    await send({ path: '/a' })
    await clock.advance(pause)
    await send({ path: '/b' })
    const again = send({ path: '/a' })
    await clock.drain()
    await again
    return calls[2]!.ledger.notes!.at(-1)!.facts['guard']
  }

  it('is forgotten for a new one, and what it had learnt with it, when there is no room', async () => {
    expect(await guardAfter(1, 5000)).toBe(75)
  })

  it('is kept while there is room', async () => {
    expect(await guardAfter(2, 5000)).toBe(100)
  })

  it('is idle from the millisecond on in which the next could go', async () => {
    expect([await guardAfter(1, 1174), await guardAfter(1, 1175)]).toEqual([100, 75])
  })

  it('is forgotten though one before it is not idle', async () => {
    const { clock, send, calls } = pacedCalls({ limit: 1, keys: 2 }, [ok, refuse, ok, ok, refuse])
    await Promise.all([send({ path: '/a' }), send({ path: '/b' })])
    await clock.advance(5000)
    await Promise.all([send({ path: '/a' }), send({ path: '/c' }), send({ path: '/b' })])

    expect(notesOf(calls[4]!.ledger).at(-1)).toMatchObject(['rateLimit.backs_off', { guard: 75 }])
  })

  it.each([
    ['no more', 0, [0, 1000, 7000, 7100]],
    ['one more', 1, [0, 1000, 1000, 7000]],
  ])('is not idle while its server has said that it takes %s', async (_, rest, times) => {
    const { clock, at, send } = pacedCalls({ limit: 10, guard: 0, keys: 1 }, [tells(`"a";r=${rest};t=7`), ok])
    await send({ path: '/a' })
    await clock.advance(1000)
    await send({ path: '/b' })
    const again = Promise.all([send({ path: '/a' }), send({ path: '/a' })])
    await clock.drain()
    await again

    expect(at).toEqual(times)
  })
})

describe('turns', () => {
  it('are told to who waits behind others, when the server takes no more for a while', async () => {
    const { clock, send, calls } = pacedCalls({ limit: 10, guard: 0 }, [tells('"a";r=0;t=7'), ok])
    await send()
    const all = Promise.all([send(), send(), send()])
    await clock.drain()
    await all

    expect(calls.slice(1).map(({ ledger }) => notesOf(ledger)[0])).toEqual([
      ['rateLimit.waits', { wait: 7000, ahead: 0 }],
      ['rateLimit.waits', { wait: 7100, ahead: 1 }],
      ['rateLimit.waits', { wait: 7200, ahead: 2 }],
    ])
  })

  it('come at once, however many, where nobody has told a limit', async () => {
    const { clock, at, send } = pacedCalls({ headers: 'follow' })
    const all = Promise.all(times(300, () => send()))
    await clock.drain()
    await all

    expect(new Set(at)).toEqual(new Set([0]))
  })

  it('come by the window that the server told last, once those that are due by another have gone', async () => {
    const steps = [tells('"a";r=9;t=9', '"a";q=1;w=10'), tells('"a";r=9;t=9', '"a";q=1;w=1'), ok] as const
    const { clock, at, send } = pacedCalls({ headers: 'follow', guard: 0 }, [...steps])
    await send()
    const all = Promise.all([send(), send(), send()])
    await clock.drain()
    await all

    expect(at).toEqual([0, 0, 10_000, 11_000])
  })

  it('that a reply holds back are those of its own key', async () => {
    const { clock, at, send } = pacedCalls({ limit: 10, guard: 0 }, [later(10, tells('"a";r=0;t=7')), ok])
    const first = send({ path: '/a' })
    await clock.advance(10)
    await first
    await send({ path: '/b' })

    expect(at).toEqual([0, 10])
  })
})
