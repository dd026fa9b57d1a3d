import { bytesBody, onceBody, Reply, Secret } from '@penstock/core'
import { later, replies } from '@penstock/core/testing'
import { retry } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { against, grants, notesOf, ok, unauthorized } from '../support/token-calls.ts'

describe('a refused token', () => {
  it('is replaced, and the call is sent once more, charged neither to retry nor to the breaker', async () => {
    const { outcome, asked, sent, used } = against(
      [grants('t1'), grants('t2')],
      [unauthorized, ok],
      {},
      { outer: [retry({ retries: 1 })] },
    )
    const reply = await outcome()

    expect([reply.verdict, asked.length, used(), sent.map(({ attempt }) => attempt)]).toEqual([
      'ok',
      2,
      ['Bearer t1', 'Bearer t2'],
      [1, 1],
    ])
    const { ledger } = sent[0]!
    expect(notesOf(ledger)).toEqual([
      ['token.drops', { token: String(new Secret('access_token', 't1')) }],
      ['token.replays', { token: String(new Secret('access_token', 't2')) }],
    ])
    expect([ledger.budget.drawn, ledger.children?.length]).toEqual([2, 2])
  })

  it('comes back as it is when the next is refused too', async () => {
    const { outcome, asked, used } = against([grants('t1'), grants('t2')], [unauthorized])
    const reply = await outcome()

    expect(reply).toMatchObject({ failed: false, status: 401, verdict: 'token' })
    expect([asked.length, used()]).toEqual([2, ['Bearer t1', 'Bearer t2']])
  })

  it('gives way to a newer one that is there already', async () => {
    const slow = later(100, unauthorized)
    const { http, clock, asked, sent, used } = against(
      [grants('t1'), grants('t2')],
      [later(10, unauthorized), slow, ok],
    )
    const all = Promise.all([http.get('/'), http.get('/')])
    await clock.drain()
    await all
    await http.get('/')

    expect([asked.length, used()]).toEqual([2, ['Bearer t1', 'Bearer t1', 'Bearer t2', 'Bearer t2', 'Bearer t2']])
    expect(notesOf(sent[1]!.ledger).map(([kind]) => kind)).toEqual(['token.newer', 'token.replays'])
  })

  it('waits for the flight that replaces it already', async () => {
    const { http, clock, asked, used } = against(
      [grants('t1'), later(100, grants('t2'))],
      [later(10, unauthorized), later(50, unauthorized), ok],
    )
    const all = Promise.all([http.get('/'), http.get('/')])
    await clock.drain()
    await all

    expect([asked.length, used()]).toEqual([2, ['Bearer t1', 'Bearer t1', 'Bearer t2', 'Bearer t2']])
  })

  it('is not replayed with a body that is spent, and is used no more', async () => {
    const { outcome, sent, used } = against([grants('t1'), grants('t2')], [unauthorized, ok])
    async function* stream() {
      yield Buffer.from('x')
    }
    const reply = await outcome({ method: 'PUT', body: onceBody(stream()) })

    expect(reply).toMatchObject({ status: 401, verdict: 'token' })
    expect(notesOf(sent[0]!.ledger)).toEqual([['token.spent', { token: String(new Secret('access_token', 't1')) }]])
    await outcome()
    expect(used()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('is not replayed by a call that has made all its attempts, and is used no more', async () => {
    const { outcome, sent, used } = against([grants('t1'), grants('t2')], [unauthorized, ok], {}, { maxAttempts: 1 })

    expect(await outcome()).toMatchObject({ status: 401, verdict: 'token' })
    const token = String(new Secret('access_token', 't1'))
    expect(notesOf(sent[0]!.ledger)).toEqual([['token.attempts', { token, attempts: 1 }]])
    await outcome()
    expect(used()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  it('draws its replay from the attempts of the call', async () => {
    const { outcome, sent } = against([grants('t1'), grants('t2')], [unauthorized, ok])
    await outcome()
    expect(sent[0]!.budget.drawn).toBe(2)
  })

  it('lets go of the body of the reply that refused it', async () => {
    let discarded = 0
    const body = { ...bytesBody(new Uint8Array()), discard: () => void discarded++ }
    const { outcome } = against([grants('t1'), grants('t2')], [() => new Reply(401, {}, body), ok])
    await outcome()

    expect(discarded).toBe(1)
  })

  it('ends the call when there is no other', async () => {
    const { outcome, used } = against([grants('t1'), unauthorized], [unauthorized])

    expect(await outcome()).toMatchObject({ failed: true, verdict: 'auth', code: 'TOKEN_UNAVAILABLE' })
    expect(used()).toEqual(['Bearer t1'])
  })

  it.each([429, 500, 503, 403, 400])('is not what a status of %i means', async (code) => {
    const { outcome, asked, used } = against([grants('t1')], [replies(code)])

    expect(await outcome()).toMatchObject({ status: code })
    expect([asked.length, used()]).toEqual([1, ['Bearer t1']])
  })
})
