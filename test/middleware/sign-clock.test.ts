import { onceBody, type Reply, type Request } from '@penstock/core'
import { replies, type Step } from '@penstock/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { set, start, twoPieces } from '../support/signed.ts'

const dated = (ahead: number, code = 200, headers = {}) =>
  replies(code, { date: new Date(start + ahead).toUTCString(), ...headers })

const noted = (notes: readonly { kind: { id: string }; facts: object }[] | undefined) =>
  notes?.map(({ kind, facts }) => [kind.id, facts])

describe('sign, and the clock of the server', () => {
  it('signs by the server’s clock once it has told it, and says so', async () => {
    const { outcome, clock, seen, http } = set({}, dated(300_000))
    await outcome()
    await clock.advance(10_000)
    const reply = await http.get('/a')
    expect(seen.map(({ date }) => date - start)).toEqual([0, 310_500])
    expect(noted(reply.ledger.notes)).toEqual([['sign.corrects', { drift: 300_500 }]])
  })

  it('takes a clock within two seconds for its own, and notes nothing', async () => {
    const { http, seen } = set({}, dated(1_000))
    await http.get('/a')
    const { ledger } = await http.get('/a')
    expect(seen[1]!.date).toBe(start)
    expect(ledger.notes).toBeUndefined()
  })

  it('counts the server’s clock on by the monotonic one, so that a jump of ours does no harm', async () => {
    const { outcome, clock, jump, seen } = set({}, dated(5_000))
    await clock.advance(5_000)
    await outcome()
    await clock.advance(1_000)
    jump(-400_000)
    await outcome()
    expect(seen[1]!.date - start).toBe(6_500)
  })

  it('is not misled by a Date or an Age of no sense', async () => {
    const { outcome, seen } = set(
      {},
      dated(300_000, 200, { age: '-5' }),
      replies(200, { date: 'yesterday' }),
      replies(200),
    )
    for (let count = 0; count < 3; count++) await outcome()
    expect(seen.map(({ date }) => date - start)).toEqual([0, 300_500, 300_500])
  })

  it('takes a refusal for what it is when it had signed by the server’s clock already', async () => {
    const { outcome, seen } = set({}, dated(300_000), dated(300_000, 403))
    await outcome()
    expect(await outcome()).toMatchObject({ status: 403 })
    expect(seen.length).toBe(2)
  })

  it('lets go of the refusal that it answers', async () => {
    const discard = vi.fn()
    const { outcome } = set(
      {},
      (call) => {
        const reply = dated(300_000, 403)(call) as Reply
        return Object.assign(reply, { body: { ...reply.body, discard } })
      },
      dated(300_000),
    )
    await outcome({ stream: true })
    expect(discard).toHaveBeenCalledOnce()
  })

  it('adds the time a reply has spent in a cache', async () => {
    const { outcome, seen } = set({}, dated(-100_000, 200, { age: '160' }), replies(200))
    await outcome()
    await outcome()
    expect(seen[1]!.date - start).toBe(60_500)
  })

  it('keeps the clocks of origins apart', async () => {
    const { outcome, seen } = set({}, dated(300_000))
    await outcome()
    await outcome({ path: 'https://other.example.com/' })
    expect(seen[1]!.date).toBe(start)
  })

  it('signs once again when a refusal tells that the clock was wrong', async () => {
    const { outcome, seen, transport } = set({}, dated(300_000, 403), dated(300_000))
    const reply = await outcome()
    expect(reply).toMatchObject({ status: 200 })
    expect(seen.map(({ date }) => date - start)).toEqual([0, 300_500])
    expect(noted(transport.calls[0]!.ledger.notes)).toEqual([
      ['sign.again', { drift: 300_500 }],
      ['sign.corrects', { drift: 300_500 }],
    ])
    expect(transport.calls[0]!.ledger.budget.drawn).toBe(2)
  })

  it.each<[string, Step, Partial<Request>]>([
    ['the clock was right', dated(1_000, 403), {}],
    ['the server is at fault', dated(300_000, 500), { repeatable: 'never' }],
    ['the body is spent', dated(300_000, 403), { body: onceBody(twoPieces()), repeatable: 'never' }],
    ['the reply has no Date', replies(403), {}],
    ['the reply has a Date of no sense', replies(403, { date: 'yesterday' }), {}],
  ])('does not when %s', async (_, step, request) => {
    const { outcome, seen } = set({}, step)
    await outcome(request)
    expect(seen.length).toBe(1)
  })

  it('refuses with both times when the clocks are further apart than allowed', async () => {
    const { outcome, clock, transport, seen } = set({ within: 300_000 }, dated(3_600_000, 403), replies(200))
    expect(await outcome()).toMatchObject({ status: 403 })
    expect(noted(transport.calls[0]!.ledger.notes)).toEqual([['sign.apart', { drift: 3_600_500, within: 300_000 }]])
    await clock.advance(59_999)
    expect(await outcome()).toMatchObject({
      verdict: 'refused',
      code: 'CLOCK_SKEW',
      layer: 'sign',
      because: `this machine's clock says 2026-01-01T00:00:59Z, the server's 2026-01-01T01:01:00Z: more than 5 min apart`,
      phase: 'local',
      sent: 'none',
    })
    expect(seen.length).toBe(1)
  })

  it('asks again after a minute, and at once when our clock is put right', async () => {
    const waits = set({ within: 300_000 }, dated(3_600_000, 403), replies(200))
    await waits.outcome()
    await waits.clock.advance(60_000)
    expect(await waits.outcome()).toMatchObject({ status: 200 })
    expect(waits.seen[1]!.date - start).toBe(60_000)
    const mended = set({ within: 300_000 }, dated(3_600_000, 403), replies(200))
    await mended.outcome()
    mended.jump(3_600_000)
    expect(await mended.outcome()).toMatchObject({ status: 200 })
  })

  it('corrects any clock when told to', async () => {
    const { outcome, seen } = set({ within: Infinity }, dated(86_400_000, 403), replies(200))
    expect(await outcome()).toMatchObject({ status: 200 })
    expect(seen[1]!.date - start).toBe(86_400_500)
  })
})
