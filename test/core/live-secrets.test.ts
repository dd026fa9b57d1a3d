/** The list of all secrets that somebody holds, by which the gate knows what to look for. */
import { Secret } from '@penstock/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const gone = new WeakSet<Secret>()
/** Forgets what a test says is gone, whenever the engine may. */
class Forgetful {
  readonly #secret: Secret

  constructor(secret: Secret) {
    this.#secret = secret
  }

  deref(): Secret | undefined {
    return gone.has(this.#secret) ? undefined : this.#secret
  }
}

let list: typeof import('../../packages/core/src/live-secrets.ts')
beforeEach(async () => {
  vi.resetModules()
  list = await import('../../packages/core/src/live-secrets.ts')
  vi.stubGlobal('WeakRef', Forgetful)
})
afterEach(() => vi.unstubAllGlobals())

const made = (count: number) => Array.from({ length: count }, (_, index) => new Secret('key', `canary-${index}`))
const enrolled = (count: number) => made(count).map((secret) => (list.enrol(secret), secret))

it('a reader hears of each secret once, in the order in which they were made', () => {
  const first = enrolled(2)
  const all = list.liveSecrets()
  expect(all).toMatchObject({ secrets: first, again: true })
  expect(list.newSince(all.place)).toBe(false)
  const later = enrolled(1)
  expect(list.newSince(all.place)).toBe(true)
  const rest = list.liveSecrets(all.place)
  expect(rest).toMatchObject({ secrets: later, again: false })
  expect([list.newSince(rest.place), list.liveSecrets(rest.place).secrets]).toEqual([false, []])
})

it('nobody hears of a secret that is no longer held', () => {
  const [lost, kept] = enrolled(2)
  gone.add(lost!)
  expect(list.liveSecrets().secrets).toEqual([kept])
})

it('a list of a thousand is written anew without those that are gone, and its readers hear of all the rest again', () => {
  const secrets = enrolled(1024)
  const { place } = list.liveSecrets()
  expect([place.read, list.liveSecrets(place).again]).toEqual([1024, false])
  for (const secret of secrets.slice(0, 1000)) gone.add(secret)
  const last = enrolled(1)
  const { secrets: left, again, place: after } = list.liveSecrets(place)
  expect([left, again, after.read]).toEqual([[...secrets.slice(1000), ...last], true, 25])
  // and not again before it has grown to a thousand
  enrolled(999)
  expect(list.liveSecrets(after).again).toBe(false)
  enrolled(1)
  expect(list.liveSecrets(after).again).toBe(true)
})

it('a list that is as long as before tells its readers that it was written anew', () => {
  const secrets = enrolled(1024)
  const { place } = list.liveSecrets()
  gone.add(secrets[0]!)
  enrolled(1)
  expect([list.liveSecrets().place.read, list.newSince(place)]).toEqual([1024, true])
})

it('a list of secrets that are all held may grow to twice its length before it is written anew', () => {
  const secrets = enrolled(1025)
  const { place } = list.liveSecrets()
  secrets.push(...enrolled(1023))
  expect(list.liveSecrets(place).again).toBe(false)
  secrets.push(...enrolled(1))
  expect(list.liveSecrets(place)).toMatchObject({ again: true, secrets: { length: secrets.length } })
})
