import { hangs, later } from '@penstock/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { badly, Opossum, over, well } from '../support/circuits.ts'

describe('the number of circuits', () => {
  const path = (name: string) => ({ path: `https://${name}.example.com/` })
  const key = (name: string) => `https://${name}.example.com`

  async function open(made: ReturnType<typeof over>, name: string) {
    for (let call = 0; call < 10; call++) await made.begin(badly, path(name))
  }

  it('is bounded: the least recently used that is closed and idle is forgotten, with its judge', async () => {
    const made = over({ circuits: 2, volume: 2 })
    const dismissed = vi.spyOn(Opossum.prototype, 'shutdown')
    await made.begin(badly, path('a'))
    await made.begin(badly, path('b'))
    await made.begin(well, path('a'))
    await made.begin(well, path('c'))
    // b has been forgotten with its failure, a has not
    await made.begin(badly, path('a'))
    await made.begin(badly, path('a'))
    await made.begin(badly, path('a'))
    expect([made.state(key('a')), dismissed.mock.calls.length]).toEqual(['closed', 1])
    await made.begin(badly, path('a'))
    expect(made.state(key('a'))).toBe('open')
  })

  it('never costs an open one its protection: what finds no room passes, and a note says so', async () => {
    const made = over({ circuits: 1 })
    await open(made, 'a')
    const passed = await made.begin(well, path('b'))
    expect([passed.verdict, made.state(key('a')), made.notes()]).toEqual([
      'ok',
      'open',
      [{ id: 'circuitBreaker.unguarded', circuits: 1 }],
    ])
  })

  it('never costs one that has calls inside', async () => {
    const made = over({ circuits: 1 })
    const inside = made.begin(later(10, well), path('a'))
    await made.begin(well, path('b'))
    const during = made.notes()
    await made.clock.advance(10)
    await inside
    await made.begin(well, path('b'))
    expect([during, made.notes()]).toEqual([[{ id: 'circuitBreaker.unguarded', circuits: 1 }], []])
  })

  it('never costs an isolated one', async () => {
    const made = over({ circuits: 1 })
    made.breaker.isolate(key('a'))
    await made.begin(well, path('b'))
    expect([made.state(key('a')), made.notes()]).toEqual([
      'isolated',
      [{ id: 'circuitBreaker.unguarded', circuits: 1 }],
    ])
  })

  it('lets an open one go that nobody has asked for a whole window beyond its time', async () => {
    const made = over({ circuits: 1 })
    await open(made, 'a')
    await made.clock.advance(30_999)
    await made.begin(well, path('b'))
    const before = made.notes()
    await made.clock.advance(1)
    await made.begin(well, path('b'))
    expect([before, made.notes(), made.state(key('a'))]).toEqual([
      [{ id: 'circuitBreaker.unguarded', circuits: 1 }],
      [],
      'closed',
    ])
  })

  it('is 1024 by default', async () => {
    const made = over()
    const names = Array.from({ length: 1024 }, (_, number) => `o${number}`)
    void Promise.all(names.map((name) => made.begin(hangs(), path(name))))
    await made.begin(well, path('o0'))
    const within = made.notes()
    await made.begin(well, path('more'))
    expect([within, made.notes()]).toEqual([[], [{ id: 'circuitBreaker.unguarded', circuits: 1024 }]])
  })

  it('is none when the client is closed', async () => {
    const dismissed = vi.spyOn(Opossum.prototype, 'shutdown')
    const made = over()
    await made.begin(badly)
    await open(made, 'a')
    const before = dismissed.mock.calls.length
    await made.http.close()
    expect([before, dismissed.mock.calls.length, made.state(key('a'))]).toEqual([1, 2, 'closed'])
  })
})
