import { type CallError, client, pipeline } from '@penstock/core'
import { scriptedTransport, virtualClock } from '@penstock/core/testing'
import { retry, status } from '@penstock/middleware'
import { originBudget } from '../../packages/middleware/src/repeat/origin-budget.ts'
import { describe, expect, it } from 'vitest'
import { against, notesOf, ok, reset, story } from '../support/retried.ts'
import { verdict } from '../support/verdict.ts'

describe('the budgets', () => {
  it('4 retries an origin, of all its calls together', async () => {
    const transport = scriptedTransport(reset)
    const { outcome } = against(transport)
    await outcome()
    await outcome()
    await outcome()
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 1, 2, 1])
  })

  it('an empty one is a note', async () => {
    expect((await story([reset], { budget: 1 })).notes).toEqual([
      { id: 'retry.waits', attempt: 1, wait: 50, code: 'CONNECTION_RESET' },
      { id: 'retry.budget_empty', attempt: 2, budget: 1, code: 'CONNECTION_RESET' },
    ])
  })

  it('one origin does not spend that of another', async () => {
    const transport = scriptedTransport(reset)
    const { outcome } = against(transport, { budget: 1 })
    await outcome({ path: 'https://one.example.com/' })
    await outcome({ path: 'https://two.example.com/' })
    expect(transport.calls.length).toBe(4)
  })

  it('is full again when a first attempt goes well', async () => {
    const transport = scriptedTransport(reset, reset, ok, reset, ok)
    const { outcome } = against(transport, { budget: 1 })
    await outcome()
    await outcome()
    await outcome()
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 1, 2])
  })

  it('is full again when a repeat goes well', async () => {
    const transport = scriptedTransport(reset, ok)
    const { outcome } = against(transport, { budget: 1 })
    await outcome()
    const later = scriptedTransport(reset, ok, reset, ok)
    const again = against(later, { budget: 1 })
    await again.outcome()
    await again.outcome()
    expect(later.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2])
  })

  it('is not filled by a reply that is nobody’s failure', async () => {
    const transport = scriptedTransport(reset, reset, verdict('input'), reset, ok)
    const { outcome } = against(transport, { budget: 1 })
    await outcome()
    await outcome()
    await outcome()
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 1])
  })

  it('of none repeats nothing', async () => {
    expect((await story([reset, ok], { budget: 0 })).attempts).toEqual([1])
  })

  it('of the call bounds it too, and costs the origin nothing', async () => {
    const transport = scriptedTransport(reset)
    const clock = virtualClock()
    const http = client({
      pipeline: pipeline([retry({ budget: 2 }), status()], transport),
      origin: 'https://api.example.com',
      clock,
      maxAttempts: 2,
    })
    const first = http.get('/').catch((error: CallError) => error)
    await clock.drain()
    const second = http.get('/').catch((error: CallError) => error)
    await clock.drain()
    expect(notesOf((await first) as never).at(-1)).toEqual({
      id: 'retry.call_budget',
      attempt: 2,
      attempts: 2,
      code: 'CONNECTION_RESET',
    })
    await second
    expect(transport.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2])
  })
})

describe('the origins it remembers', () => {
  it('are bounded: the one that began to fail first is forgotten, and has its tokens again', () => {
    const budget = originBudget(1, 2)
    const taken = ['one', 'two', 'one', 'three', 'one', 'two', 'three'].map((origin) => budget.take(origin))
    expect(taken).toEqual([true, true, false, true, true, true, true])
  })

  it('that are full need no room', () => {
    const budget = originBudget(2, 2)
    budget.take('one')
    budget.take('two')
    budget.take('two')
    budget.refill('one')
    budget.take('three')
    expect(budget.take('two')).toBe(false)
  })

  it('are 1024 by default', () => {
    const budget = originBudget(1)
    for (let number = 0; number < 1024; number++) budget.take(`origin ${number}`)
    const remembered = !budget.take('origin 0')
    budget.take('one more')
    expect([remembered, budget.take('origin 0')]).toEqual([true, true])
  })
})
