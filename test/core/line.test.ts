import { expect, test } from 'vitest'
import { Line } from '../../packages/core/src/transports/line.ts'

type Who = { readonly name: number; gone: boolean }

const waiting = (count: number) => {
  const line = new Line<Who>()
  const all = Array.from({ length: count }, (_, name): Who => ({ name, gone: false }))
  for (const who of all) line.join(who)
  return { line, all }
}

const leaves = (line: Line<Who>, who: Who) => {
  who.gone = true
  line.left()
}

const served = (line: Line<Who>) => {
  const names: number[] = []
  for (let who = line.next(); who !== undefined; who = line.next()) names.push(who.name)
  return names
}

test('who has waited longest is next', () => {
  const { line } = waiting(5)
  expect(served(line)).toEqual([0, 1, 2, 3, 4])
  expect(line.isEmpty).toBe(true)
})

test('who has gone is skipped, wherever they stood', () => {
  const { line, all } = waiting(6)
  for (const name of [0, 3, 5]) leaves(line, all[name]!)
  expect(line.all().map(({ name }) => name)).toEqual([1, 2, 4])
  expect(served(line)).toEqual([1, 2, 4])
})

test('who joins later waits behind, also after some have been served and some have gone', () => {
  const { line, all } = waiting(4)
  expect(line.next()?.name).toBe(0)
  expect(line.next()?.name).toBe(1)
  leaves(line, all[2]!)
  line.join({ name: 9, gone: false })
  expect(served(line)).toEqual([3, 9])
})

test('a line whose people have all gone is empty, and holds none of them', () => {
  const { line, all } = waiting(1000)
  for (const who of all) leaves(line, who)
  expect(line.isEmpty).toBe(true)
  expect(line.next()).toBe(undefined)
})

test('ten thousand who leave from its end, with nobody served, take no time that grows with their square', () => {
  const { line, all } = waiting(10_000)
  let looks = 0
  for (const who of all) Object.defineProperty(who, 'gone', { get: () => (looks++, true) })
  for (const _ of all) line.left()
  expect(line.isEmpty).toBe(true)
  expect(looks).toBeLessThan(30_000)
})

test('a line that never runs dry does not keep the places of those who were served', () => {
  const { line } = waiting(8)
  for (let name = 8; name < 10_000; name++) {
    line.join({ name, gone: false })
    expect(line.next()?.name).toBe(name - 8)
  }
  expect(line.all().length).toBe(8)
})
