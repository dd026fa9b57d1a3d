import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../packages/middleware/src/stores/memory.ts'

const bytes = (length: number) => Buffer.alloc(length)
const ever = { ttl: Infinity }

describe('memoryStore', () => {
  it('keeps a value until its time is over', async () => {
    let now = 0
    const store = memoryStore({ date: () => now })
    await store.set('a', bytes(1), { ttl: 10 })
    now = 9
    expect(await store.get('a')).toEqual(bytes(1))
    now = 10
    expect(await store.get('a')).toBeUndefined()
    now = 0
    expect(await store.get('a')).toBeUndefined()
  })

  it('keeps megabytes, and goes by the time of day, where it is told nothing else', async () => {
    const store = memoryStore()
    await store.set('a', bytes(2 ** 20), { ttl: 60_000 })
    await store.set('b', bytes(1), { ttl: -1 })
    expect([(await store.get('a'))?.length, await store.get('b')]).toEqual([2 ** 20, undefined])
  })

  it('deletes', async () => {
    const store = memoryStore()
    await store.set('a', bytes(1), ever)
    await store.delete('a')
    await store.delete('b')
    expect(await store.get('a')).toBeUndefined()
  })

  it('fills its bytes to the last, keys included, and counts what is replaced once', async () => {
    const store = memoryStore({ maxBytes: 20 })
    for (const key of ['a', 'b', 'a', 'b']) await store.set(key, bytes(9), ever)
    expect([await store.get('a'), await store.get('b')]).toEqual([bytes(9), bytes(9)])
    await store.set('c', bytes(9), ever)
    expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([undefined, bytes(9), bytes(9)])
  })

  it('drops nothing for a value that would never fit, and keeps one that just does', async () => {
    const store = memoryStore({ maxBytes: 20 })
    await store.set('a', bytes(9), ever)
    await store.set('b', bytes(20), ever)
    expect([await store.get('a'), await store.get('b')]).toEqual([bytes(9), undefined])
    await store.set('c', bytes(19), ever)
    expect([await store.get('a'), await store.get('c')]).toEqual([undefined, bytes(19)])
  })
})
