/** Where a rule of lint() begins to speak, and where it does not. */
import {
  type Acknowledged,
  client,
  layer,
  type LintedRequest,
  pipeline,
  type Stackable,
  type Transport,
} from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { circuitBreaker, deadline, retry, status, timeout } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const ok = scriptedTransport(replies(200))
const passing = (name: string, slot: 'repeat' | 'guard' | 'clock' | 'seal', traits: Record<string, any>) =>
  layer({ name, slot, calls: 'many', traits, run: (call, next) => next(call) })
const billing = (billed: unknown): LintedRequest => ({
  endpoint: { id: 'acme.read', method: 'POST', path: '/', encoding: 'json', billed } as any,
})
const repeating = (retries: number): Transport => ({ ...ok, name: 'axios', traits: { retries } })

type Asked = { readonly transport?: Transport; readonly request?: LintedRequest; readonly acknowledge?: Acknowledged }

const found = (layers: readonly Stackable[], { transport = ok, request, acknowledge = {} }: Asked = {}) =>
  pipeline(layers, transport, { acknowledge })
    .lint(request)
    .map(({ rule }) => rule)

const bound = deadline({ after: 20_000 })
const copies = passing('copies', 'repeat', { attempts: 2, parallel: true })

describe('nothing is found', () => {
  it.each<[string, readonly Stackable[], Asked]>([
    ['in a repeater without a copy, for a body that can be sent again', [bound, retry({ buffer: 0 }), status()], {}],
    ['in a stack that repeats nothing, for a body that is read once', [bound, status()], { request: { body: 'once' } }],
    ['in second copies, for what is not billed', [bound, copies], { request: billing('never') }],
    ['in repeats after a failure, for what is billed each', [bound, retry(), status()], { request: billing('each') }],
    ['in second copies, for no endpoint', [bound, copies], { request: {} }],
    ['in a transport that may repeat, and does not', [bound, retry(), status()], { transport: repeating(0) }],
    ['in a transport that repeats alone', [bound, status()], { transport: repeating(3) }],
    ['in a repeater at its place', [bound, passing('again', 'repeat', { attempts: 3 })], {}],
    ['in a layer further in that sends once', [bound, passing('once', 'seal', { attempts: 1 })], {}],
    ['in one attempt that takes all the time there is', [bound, timeout({ after: 20_000 }), status()], {}],
    ['in one attempt that is cut by the whole', [deadline({ after: 10 }), timeout({ after: 10 })], {}],
    ['in a breaker without a timeout', [bound, circuitBreaker({ window: 10_000 }), status()], {}],
    ['in a guard that has no window', [bound, passing('guard', 'guard', {}), timeout({ after: 20_000 })], {}],
    ['in attempts that nothing bounds', [bound, retry({ retries: 9 }), status()], {}],
    ['in a plain function', [bound, (call, next) => next(call)], {}],
  ])('%s', (_, layers, asked) => {
    expect(found(layers, asked)).toEqual([])
  })
})

describe('it is found', () => {
  it('of each layer that keeps no copy of a body', () => {
    const acknowledge = { 'one-repeater': 'for the test' }
    const stack = pipeline([bound, retry({ buffer: 0 }), copies, status()], ok, { acknowledge })
    const once = stack.lint({ body: 'once' }).find(({ rule }) => rule === 'once-body')
    expect([once!.layers, once!.why, once!.zh.why]).toEqual([
      ['retry', 'copies'],
      expect.stringContaining("'retry' and 'copies' keeps no copy"),
      expect.stringContaining("'retry'、'copies'"),
    ])
  })

  it('when the attempts of all repeaters together are too many for the time', () => {
    const stack = [deadline({ after: 3000 }), retry({ retries: 3 }), timeout({ after: 1000 }), status()]
    expect(found(stack)).toEqual(['attempts-do-not-fit'])
    expect(found([deadline({ after: 3001 }), ...stack.slice(1)])).toEqual([])
  })

  it('by the shortest of several timeouts', () => {
    const stack = [
      bound,
      retry({ retries: 3 }),
      timeout({ after: 6000 }),
      timeout({ after: 5000, name: 'own' }),
      status(),
    ]
    expect(found(stack)).toEqual([])
  })

  it('when one of several timeouts allows more than the whole call', () => {
    const stack = [deadline({ after: 10 }), timeout({ after: 10 }), timeout({ after: 11, name: 'own' })]
    expect(() => pipeline(stack, ok)).toThrow("'own' allows one attempt 11 ms, and 'deadline' the whole call 10 ms")
  })
})

describe('pipelines that are made again and again', () => {
  const made = (name: string, times: number) => {
    const stacks = Array.from({ length: times }, () => pipeline([bound, circuitBreaker({ name }), status()], ok))
    return stacks.at(-1)!
  }
  const used = async (stack: ReturnType<typeof made>, times: number) => {
    const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() })
    for (let count = 0; count < times; count++) await http.get('/')
  }

  it('are found for two calls each, and not for more', async () => {
    const stack = made('twice', 100)
    await used(stack, 200)
    expect(stack.lint().map(({ rule }) => rule)).toEqual(['stateful-per-call'])
    await used(stack, 1)
    expect(stack.lint()).toEqual([])
  })

  it('are no trouble where no layer holds anything', () => {
    for (let count = 0; count < 150; count++) pipeline([bound, passing('holds nothing', 'seal', {})], ok)
    expect(found([bound, passing('holds nothing', 'seal', {})])).toEqual([])
  })
})

describe('what lint() says', () => {
  const twice = [bound, retry(), copies, status()]

  it('names the layers in both languages', () => {
    const stack = pipeline(twice, ok, { acknowledge: { 'one-repeater': 'for the test' } })
    const { why, zh } = stack.lint().find(({ rule }) => rule === 'one-repeater')!
    expect([why, zh.why]).toEqual([
      expect.stringContaining("'retry' and 'copies' both repeat, and multiply"),
      expect.stringContaining('“retry”、“copies” 都会重复发送'),
    ])
  })

  it('is what to do, as a whole sentence, when the pipeline cannot be made', () => {
    expect(() => pipeline(twice, ok)).toThrow(
      expect.objectContaining({ code: 'STACK_LINT', hint: 'Keep one of them.' }),
    )
  })

  it.each<[string, object, string]>([
    ['a rule that there is not', { 'no-rule': 'why' }, "acknowledge: there is no rule 'no-rule'"],
    ['no reason', { 'one-repeater': true }, "acknowledge: say in a sentence why 'one-repeater' is broken on purpose"],
    [
      'an empty reason',
      { 'one-repeater': ' ' },
      "acknowledge: say in a sentence why 'one-repeater' is broken on purpose",
    ],
  ])('refuses to have acknowledged %s', (_, acknowledge, message) => {
    expect(() => pipeline(twice, ok, { acknowledge })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message }),
    )
  })
})
