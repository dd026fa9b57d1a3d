import { layer, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { deadline, defaultStack, rateLimit, retry, status, timeout } from '@penstock/middleware'
import { expect, it } from 'vitest'

const ok = () => scriptedTransport(replies(200))

it('says in one line what a pipeline will do', () => {
  const stack = pipeline([deadline({ after: 20_000 }), retry(), timeout({ after: 5000 }), status()], ok())
  expect(String(stack.plan())).toBe('deadline(20 s) → retry(3, 100 ms–20 s) → timeout(5 s) → status → scripted')
})

it('counts the attempts and the milliseconds that one call can cost', () => {
  const stack = pipeline([retry({ retries: 2, delay: 100 }), timeout({ after: 1000 }), status()], ok())
  // three attempts of a second, and waits of up to 100 and 200 ms
  expect(stack.plan()).toMatchObject({ attempts: 3, milliseconds: 3300 })
})

it('stops the waits at their cap', () => {
  const stack = pipeline([retry({ retries: 3, delay: 100, maxDelay: 150 }), timeout({ after: 1000 }), status()], ok())
  expect(stack.plan().milliseconds).toBe(4 * 1000 + 100 + 150 + 150)
})

it('bounds the whole by the deadline', () => {
  const stack = pipeline([deadline({ after: 2500 }), retry({ retries: 2 }), timeout({ after: 1000 }), status()], ok())
  expect(stack.plan()).toMatchObject({ attempts: 3, milliseconds: 2500 })
})

it('takes no layer for a bound that only knows a time', () => {
  const knows = layer({ name: 'knows', slot: 'guard', traits: { after: 5 }, run: (call, next) => next(call) })
  expect(pipeline([knows, timeout({ after: 1000 })], ok()).plan().milliseconds).toBe(1000)
})

it('lasts no longer for copies that run side by side', () => {
  const twice = layer({
    name: 'twice',
    slot: 'repeat',
    calls: 'many',
    traits: { attempts: 2, parallel: true, waits: 200 },
    run: (call, next) => next(call),
  })
  expect(pipeline([twice, timeout({ after: 1000 })], ok()).plan()).toMatchObject({ attempts: 2, milliseconds: 1200 })
})

it('is endless when nothing bounds an attempt, or a queue stands outside what does', () => {
  expect(pipeline([retry(), status()], ok()).plan().milliseconds).toBe(Infinity)
  expect(pipeline([rateLimit({ limit: 2 }), timeout({ after: 1000 })], ok()).plan().milliseconds).toBe(Infinity)
})

it('of the default stack is four attempts within a minute', () => {
  expect(pipeline([...defaultStack()], ok()).plan()).toMatchObject({ attempts: 4, milliseconds: 60_000 })
})

it('lists every layer with its slot and its traits, the transport last', () => {
  expect(pipeline([timeout({ after: 5000 }), async (call, next) => next(call)], ok()).plan().layers).toEqual([
    { name: 'timeout', slot: 'clock', about: '5 s', traits: { after: 5000 } },
    { name: 'anonymous', slot: undefined, about: '', traits: {} },
    { name: 'scripted', slot: 'wire', about: '', traits: {} },
  ])
})
