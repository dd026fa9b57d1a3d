import { type Call, layer, type Middleware, type Next, notes, refused } from '@penstock/core'
import { conformance } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'

type Definition = Partial<Parameters<typeof layer>[0]> & { readonly run: Middleware }
const made = (definition: () => Definition) => () =>
  layer({ name: 'odd', slot: 'admit', ...definition() } as any) as any

/** The first thing that is found wrong with a layer, by the promise it breaks. */
async function found(definition: () => Definition): Promise<Readonly<Record<string, string>>> {
  const broken: Record<string, string> = {}
  for (const { promise, run } of conformance({ layer: made(definition) }))
    await run().catch((error: Error) => (broken[promise] = error.message))
  return broken
}

const says = notes('odd', { tells: ['goes to {path}', '前往 {path}'] })
const plain = (run: Middleware) => (): Definition => ({ run })
const wait = (call: Call<any>, milliseconds: number) =>
  new Promise<void>((resolve) => void call.clock.setTimer(resolve, milliseconds))

/** A layer that breaks one promise, the promise, and what is said of it. */
const bad: Readonly<Record<string, readonly [definition: () => Definition, promise: string, found: string]>> = {
  'waits without minding the caller': [
    plain(async (call, next) => {
      await wait(call, 1000)
      return next(call)
    }),
    'ends at once when its caller aborts, with the caller’s own reason, on a server that gives hangs',
    "Layer 'odd', aborted 0 ms after it began: 1 timer(s) left",
  ],
  'waits without minding the deadline': [
    plain(async (call, next) => {
      await wait(call, 1000)
      return next(call)
    }),
    'is over at the deadline, on a server that gives hangs',
    "Layer 'odd', 70 ms after it began, with 70 ms to live: the call went on",
  ],
  'forgets its listener': [
    plain((call, next) => {
      call.signal?.addEventListener('abort', () => {})
      return next(call)
    }),
    'leaves no listener after a thousand calls on one signal',
    "Layer 'odd', after a thousand calls: 1000 listener(s) on the signal left",
  ],
  'turns a bug into a failure': [
    plain(async (call, next) => next(call).catch(() => refused('ODD', 'odd', 'something happened'))),
    'lets an error that is thrown inside it later pass untouched',
    "Layer 'odd', with a bug inside it, thrown later: CallError: odd: something happened: GET https://api.example.com/things",
  ],
  'wraps what was thrown': [
    plain(async (call, next) =>
      next(call).catch((cause: unknown) => {
        throw new Error('wrapped', { cause })
      }),
    ),
    'lets a text that is thrown inside it later pass untouched',
    "Layer 'odd', with a bug inside it, thrown later: Error: wrapped came out",
  ],
  'sends again where it may send once': [
    plain(async (call, next) => {
      const outcome = await next(call)
      return outcome.failed ? next(call) : outcome
    }),
    'gives an outcome whatever the server does, and throws nothing',
    "Layer 'odd', on a server that gives breaks: ConfigError: Layer 'odd' called next() twice: only a layer with calls: 'many' may came out",
  ],
  'forgets its outcome': [
    plain((async (call: Call, next: Next) => {
      await next(call)
    }) as any),
    'gives an outcome whatever the server does, and throws nothing',
    `Layer 'odd', on a server that gives 200: ConfigError: Layer 'odd' gave no outcome: is a "return next(call)" missing? came out`,
  ],
  'takes a streamed body in': [
    plain(async (call, next) => {
      const outcome = await next(call)
      if (!outcome.failed) await outcome.body.read()
      return outcome
    }),
    'leaves a streamed body to its reader',
    "Layer 'odd', before anybody read: 2 pieces of the body had been taken",
  ],
  'repeats and leaves the first answer open': [
    () => ({
      calls: 'many',
      async run(call, next) {
        const outcome = await next(call)
        return outcome.failed || outcome.status < 500 ? outcome : next(call)
      },
    }),
    'sends bytes whole each time, or not at all',
    "Layer 'odd', on a server that gives 503, then 200: 1 open body(ies) left",
  ],
  'repeats without the body': [
    () => ({
      calls: 'many',
      async run(call, next) {
        const outcome = await next(call)
        if (outcome.failed || outcome.status < 500) return outcome
        outcome.body.discard()
        return next(call.with({ body: { kind: 'none' } }))
      },
    }),
    'sends text whole each time, or not at all',
    "Layer 'odd', on a server that gives 503, then 200: '' arrived and not 'the whole of what is to be sent'",
  ],
  'keeps its place when something ends badly': [
    () => {
      let left = 10
      return {
        async run(call, next) {
          if (left === 0) return refused('FULL', 'odd', 'all places are taken')
          left--
          const outcome = await next(call)
          left++
          return outcome
        },
      }
    },
    'gives back what it takes: after a hundred calls that were aborted or hit a bug, the next is like the first',
    "Layer 'odd', after a hundred calls: CallError: odd: all places are taken: GET https://api.example.com/things",
  ],
  'changes the call': [
    plain((call, next) => {
      ;(call.headers as Record<string, string>)['x-odd'] = '1'
      return next(call)
    }),
    'changes no call that it is given',
    "Layer 'odd', given a frozen call: TypeError: Cannot add property x-odd, object is not extensible",
  ],
  'gives one answer to all': [
    () => {
      let first: ReturnType<Next> | undefined
      return { run: (call, next) => (first ??= next(call)) }
    },
    'hands every one of forty callers side by side the answer to his own question',
    "Layer 'odd', with forty calls at once: the caller of /things/1 got 'answer to /things/0'",
  ],
  'writes the path into the ledger': [
    plain((call, next) => {
      call.note(says.tells, { path: call.path })
      return next(call)
    }),
    'writes nothing of what is sent into the ledger',
    "Layer 'odd', on a server that gives 200: a note holds text of the call",
  ],
  'takes a refusal for a bug': [
    plain(async (call, next) => {
      const outcome = await next(call)
      if (outcome.failed) throw new TypeError('no answer')
      return outcome
    }),
    'takes a refusal from inside as an outcome',
    "Layer 'odd', refused from inside: TypeError: no answer came out",
  ],
  'never closes': [
    () => ({ close: () => new Promise<void>(() => {}), run: (call, next) => next(call) }),
    'ends what is in flight when its client closes, and closes twice',
    "Layer 'odd', closed with a call in flight: the call went on, or close() did",
  ],
}

describe('the kit finds a layer that', () => {
  it.each(Object.entries(bad))('%s', async (_, [definition, promise, because]) => {
    const messages = await found(definition)
    expect(messages[promise]).toContain(because)
  })
})

it('finds nothing wrong with a layer that does nothing', async () => {
  expect(await found(plain((call, next) => next(call)))).toEqual({})
})

it('says what every layer promises, once each', () => {
  const promises = conformance({ layer: made(plain((call, next) => next(call))) }).map(({ promise }) => promise)
  expect(new Set(promises).size).toBe(promises.length)
  expect(promises.length).toBe(35)
})
