import {
  andThen,
  bytesBody,
  client,
  type ConfigError,
  Failure,
  lastly,
  layer,
  type Ledger,
  type Level,
  type Next,
  onward,
  type Outcome,
  pipeline,
  Reply,
  type Stackable,
  type Transport,
} from '@penstock/core'
import { replies, scriptedTransport, seeded, virtualClock } from '@penstock/core/testing'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'

/** `next` as it was before: what is handed to `andThen` with it is a `then` on its promise. */
const bare =
  (next: Next): Next =>
  (call, give) =>
    next(call, give)

type Kind = (name: string, log: (said: string) => void, bares: boolean) => ReturnType<typeof layer>

const made = (name: string, run: (call: any, next: Next) => Promise<Outcome>) =>
  layer({ name, slot: 'observe', calls: 'many', run })

const holding = (name: string, log: (said: string) => void, after: (outcome: Outcome) => Outcome | Promise<Outcome>) =>
  lastly(
    (outcome: Outcome, _, of: string, held: number) => {
      log(`${name} after ${of} ${held} ${outcome.verdict}`)
      return after(outcome)
    },
    (bug, _, of, held) => log(`${name} lost ${of} ${held} ${String(bug)}`),
  )

const waits = () => new Promise((resolve) => setImmediate(resolve))

/** Every way in which a layer may treat what is inside it. */
const kinds: Readonly<Record<string, Kind>> = {
  hands: (name, log, bares) => {
    const after = holding(name, log, (outcome) => outcome)
    return made(name, (call, next) => andThen(bares ? bare(next) : next, call, after, 'of', 7))
  },
  onward: (name, log, bares) =>
    made(name, (call, next) => {
      log(name)
      return onward(bares ? bare(next) : next, call)
    }),
  slow: (name, log, bares) => {
    const after = holding(name, log, (outcome) => Promise.resolve(outcome))
    return made(name, (call, next) => andThen(bares ? bare(next) : next, call, after, 'of', 8))
  },
  late: (name, log, bares) => {
    const after = holding(name, log, (outcome) => outcome)
    return made(name, async (call, next) => {
      await waits()
      return andThen(bares ? bare(next) : next, call, after, 'late', 9)
    })
  },
  again: (name, log, bares) => {
    const again = (outcome: Outcome, call: any, next: Next): Outcome | Promise<Outcome> => {
      log(`${name} ${outcome.verdict}`)
      return outcome.failed ? next(call.with({ attempt: 2 })) : outcome
    }
    return made(name, (call, next) => {
      const inner = bares ? bare(next) : next
      return andThen(inner, call, again, inner)
    })
  },
  throws: (name, log, bares) => {
    const after = holding(name, log, () => {
      throw new Error(`${name} after`)
    })
    return made(name, (call, next) => andThen(bares ? bare(next) : next, call, after, 'throws', 1))
  },
  rejects: (name, log, bares) => {
    const after = holding(name, log, () => Promise.reject(new Error(`${name} rejected`)))
    return made(name, (call, next) => andThen(bares ? bare(next) : next, call, after, 'rejects', 2))
  },
  bug: (name, log) =>
    made(name, () => {
      log(name)
      throw new Error(`${name} at once`)
    }),
  // when those outside it trust it
  'bug later': (name, log, bares) => {
    let calls = 0
    const after = holding(name, log, (outcome) => outcome)
    return made(name, (call, next) => {
      if (++calls > 66) throw new Error(`${name} at once`)
      return andThen(bares ? bare(next) : next, call, after, 'later', 3)
    })
  },
  refuses: (name, log) =>
    made(name, () => {
      log(name)
      return Promise.resolve(new Failure('refused', 'NO', name, 'no'))
    }),
  // behind it are layers that are not trusted yet when it is
  'answers first': (name, log, bares) => {
    let calls = 0
    const after = holding(name, log, (outcome) => outcome)
    return made(name, (call, next) =>
      ++calls > 66
        ? andThen(bares ? bare(next) : next, call, after, 'first', 4)
        : Promise.resolve(new Failure('refused', 'NO', name, 'no')),
    )
  },
  'no promise': (name, log) =>
    made(name, () => {
      log(name)
      return new Failure('refused', 'NO', name, 'no') as never
    }),
  waiting: (name, log) =>
    made(name, async (call, next) => {
      log(name)
      try {
        const outcome = await next(call)
        log(`${name} ${outcome.verdict}`)
        return outcome
      } finally {
        log(`${name} over`)
      }
    }),
  chained: (name, log) =>
    made(name, (call, next) =>
      next(call).then((outcome) => {
        log(`${name} ${outcome.verdict}`)
        return outcome
      }),
    ),
  through: (name) => made(name, (call, next) => next(call)),
  decorated: (name, log, bares) => {
    const hands = kinds.hands!(`${name} inner`, log, bares)
    return made(name, async (call, next) => {
      const outcome = await hands.run(call, next)
      log(`${name} ${outcome.verdict}`)
      return outcome
    })
  },
  second: (name, log, bares) => {
    const after = holding(name, log, (outcome) => outcome)
    return made(name, (call, next) => {
      andThen(bares ? bare(next) : next, call, after, 'first', 1).catch(() => {})
      return andThen(bares ? bare(next) : next, call.with({ attempt: 2 }), after, 'second', 2)
    })
  },
  first: (name, log, bares) => {
    const after = holding(name, log, (outcome) => outcome)
    return made(name, (call, next) => {
      const first = andThen(bares ? bare(next) : next, call, after, 'first', 1)
      onward(bares ? bare(next) : next, call.with({ attempt: 2 })).catch(() => {})
      return first
    })
  },
  leaves: (name, log, bares) => {
    const after = holding(name, log, (outcome) => outcome)
    return made(name, (call, next) => {
      andThen(bares ? bare(next) : next, call, after, 'left', 1).catch(() => {})
      return next(call.with({ attempt: 2 }))
    })
  },
  // when those outside it trust it
  handsAndThrows: (name, log, bares) => {
    let calls = 0
    const after = holding(name, log, (outcome) => outcome)
    return made(name, (call, next) => {
      const orphan = andThen(bares ? bare(next) : next, call, after, 'orphan', 1)
      if (++calls <= 66) return orphan
      orphan.catch(() => {})
      throw new Error(`${name} threw`)
    })
  },
  asyncOnward: (name, log, bares) =>
    made(name, async (call, next) => {
      const outcome = await onward(bares ? bare(next) : next, call)
      log(`${name} ${outcome.verdict}`)
      return outcome
    }),
  catches: (name, log, bares) => {
    const after = holding(name, log, (outcome) => outcome)
    return made(name, (call, next) => {
      try {
        return andThen(bares ? bare(next) : next, call, after, 'tries', 1)
      } catch (bug) {
        log(`${name} caught ${String(bug)}`)
        return onward(bares ? bare(next) : next, call.with({ attempt: 3 })).catch(
          () => new Failure('refused', 'NO', name, 'no'),
        )
      }
    })
  },
  twice: (name, log) =>
    made(name, async (call, next) => {
      const both = await Promise.all([next(call), next(call.with({ attempt: 2 }))])
      log(`${name} ${both.map(({ verdict }) => verdict).join()}`)
      return both[1]
    }),
}

const branching = new Set(['twice', 'second', 'first', 'leaves', 'handsAndThrows'])

type Ways = { readonly signal?: AbortSignal; readonly diagnose?: Level }

/** The story of each call: what every layer was told, in order, and how it ended. */
async function stories(stack: readonly string[], bares: boolean, calls: number, { signal, diagnose }: Ways = {}) {
  let log: string[] = []
  let number = 0
  const layers = stack.map((kind, index) => kinds[kind]!(`${kind}${index}`, (said) => log.push(said), bares))
  const transport: Transport = {
    name: 'by turns',
    send: ({ attempt }) => {
      if ((number + attempt) % 7 === 0) return Promise.reject(new Error('by turns broke'))
      return Promise.resolve(
        (number + attempt) % 3 === 0
          ? new Failure('network', 'CONNECTION_RESET', 'by turns', 'it broke')
          : new Reply(200, {}, bytesBody(new Uint8Array())),
      )
    },
    close: () => Promise.resolve(),
  }
  const http = client({
    pipeline: pipeline(layers, transport),
    origin: 'https://api.example.com',
    clock: virtualClock(),
    ...(diagnose && { diagnose }),
  })
  const told: string[] = []
  for (number = 0; number < calls; number++) {
    log = []
    const end = await http.outcome({ path: '/', ...(signal && { signal }) }).then(
      (outcome) => outcome.verdict,
      (bug: unknown) => String(bug),
    )
    // a branch that nobody waits for has its story too
    for (let turns = 0; turns <= stack.length; turns++) await waits()
    // of two branches side by side each has its order, and the two together none
    if (stack.some((kind) => branching.has(kind))) log.sort()
    told.push(`${log.join(', ')} → ${end}`)
  }
  return told
}

describe('layers that hand on by andThen', () => {
  it(
    'are told the same, in the same order, as by a promise of their own, in any company',
    { timeout: 60_000 },
    async () => {
      const chance = seeded(1)
      const names = Object.keys(kinds)
      for (let round = 0; round < 150; round++) {
        const stack = Array.from(
          { length: 1 + Math.floor(chance() * 5) },
          () => names[Math.floor(chance() * names.length)]!,
        )
        const ways: Ways = {
          ...(chance() < 0.2 && { signal: new AbortController().signal }),
          ...(chance() < 0.2 && { diagnose: 'all' }),
        }
        // first each by itself, then, when all are trusted, together
        expect([stack, await stories(stack, false, 72, ways)]).toEqual([stack, await stories(stack, true, 72, ways)])
      }
    },
  )

  it.each(Object.keys(kinds))('are told the same of one inside another that only hands on: %s', async (kind) => {
    for (const stack of [
      ['hands', 'onward', kind],
      ['waiting', 'onward', kind],
      ['hands', 'asyncOnward', kind],
    ]) {
      expect(await stories(stack, false, 72)).toEqual(await stories(stack, true, 72))
    }
  })

  it('make one promise for all of them together', async () => {
    const hands = Array.from({ length: 5 }, () => 'hands')
    expect((await stories(hands, false, 69)).at(-1)).toBe(
      'hands4 after of 7 network, hands3 after of 7 network, hands2 after of 7 network, hands1 after of 7 network, hands0 after of 7 network → network',
    )
  })
})

const http = (...layers: Stackable[]) =>
  client({
    pipeline: pipeline(layers, scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })

const same = (outcome: Outcome) => outcome

it('a layer that hands on and forgets its return is named, also when it was trusted', async () => {
  let calls = 0
  const forgets = layer({
    name: 'forgets',
    slot: 'observe',
    run: (call, next) => {
      const kept = andThen(next, call, same)
      return ++calls > 70 ? (undefined as never) : kept
    },
  })
  const open = http(forgets)
  for (let call = 1; call <= 70; call++) await open.get('/')
  for (const _ of [1, 2])
    await expect(open.get('/')).rejects.toMatchObject({
      code: 'NO_OUTCOME',
      message: 'Layer \'forgets\' gave no outcome: is a "return next(call)" missing?',
    })
})

it('outer layers hear of the bug alone when a layer throws after it handed on', async () => {
  const heard: string[] = []
  const outer = layer({
    name: 'outer',
    slot: 'observe',
    run: (call, next) =>
      andThen(
        next,
        call,
        lastly(
          (outcome) => (heard.push(outcome.verdict), outcome),
          (bug) => heard.push(String(bug)),
        ),
      ),
  })
  let calls = 0
  const throws = layer({
    name: 'throws',
    slot: 'observe',
    calls: 'many',
    run: (call, next) => {
      void andThen(next, call, same)
      if (++calls > 65) throw new Error('at once')
      return next(call)
    },
  })
  const open = http(outer, throws)
  for (let call = 1; call <= 65; call++) await open.get('/')
  heard.length = 0
  await expect(open.get('/')).rejects.toThrow('at once')
  await waits()
  expect(heard).toEqual(['Error: at once'])
})

it('what a layer holds is given back, too, when its next refuses to be called twice', async () => {
  const lost: unknown[] = []
  const after = lastly(same, (bug) => lost.push((bug as ConfigError).code))
  const twice = layer({
    name: 'twice',
    slot: 'observe',
    run: (call, next) => {
      const first = andThen(next, call, same)
      expect(() => andThen(next, call, after)).toThrow('called next() twice')
      return first
    },
  })
  const open = http(twice)
  for (let call = 0; call < 66; call++) expect((await open.get('/')).status).toBe(200)
  expect(lost).toEqual(Array.from({ length: 66 }, () => 'NEXT_TWICE'))
})

it('what comes after may be a promise of another realm', async () => {
  const seen: unknown[] = []
  const theirs: PromiseConstructor = runInNewContext('Promise')
  const foreign = (outcome: Outcome) => theirs.resolve(outcome)
  const slow = layer({ name: 'slow', slot: 'observe', run: (call, next) => andThen(next, call, foreign) })
  const outer = layer({
    name: 'outer',
    slot: 'observe',
    run: (call, next) => andThen(next, call, (outcome) => (seen.push(outcome.verdict), outcome)),
  })
  const open = http(outer, slow)
  for (let call = 0; call < 66; call++) await open.get('/')
  expect(new Set(seen)).toEqual(new Set(['unknown']))
})

describe('a call handed on to another pipeline', () => {
  it.each(['errors', 'all'] as const)('takes its gifts along, at level %s', async (diagnose) => {
    const seen: unknown[] = []
    const looks = layer({
      name: 'looks',
      slot: 'observe',
      run: (call, next) => {
        seen.push(call.context)
        return onward(next, call)
      },
    })
    const other = pipeline([looks], scriptedTransport(replies(200)))
    const routes = layer({ name: 'routes', slot: 'observe', run: (call) => onward(other as Next, call, { a: 1 }) })
    const open = client({
      pipeline: pipeline([routes], scriptedTransport(replies(200))),
      origin: 'https://api.example.com',
      clock: virtualClock(),
      diagnose,
    })
    for (let call = 0; call < 66; call++) expect((await open.get('/')).status).toBe(200)
    expect(seen).toEqual(Array.from({ length: 66 }, () => ({ a: 1 })))
  })
})

it('a call whose options cannot work is over at once, and keeps no client open', async () => {
  const open = http(layer({ name: 'hands', slot: 'observe', run: (call, next) => andThen(next, call, same) }))
  await expect(open.get('/', { layers: { nobody: false } })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  // on a clock that stands still: who waited for the call would wait for ever
  await open.close()
})

it('a plain function may use it as it likes, for it is waited for', async () => {
  const plain = async (call: any, next: Next) => andThen(next, call, same)
  const open = client({
    pipeline: pipeline([plain], scriptedTransport(replies(200))),
    origin: 'https://api.example.com',
  })
  expect((await open.get('/')).status).toBe(200)
})

it('gifts reach inner layers on their way onward', async () => {
  const seen: unknown[] = []
  const gives = layer({
    name: 'gives',
    slot: 'identify',
    gives: ['tenant'],
    run: (call, next) => onward(next, call, { tenant: 'acme' }),
  })
  const looks = layer({
    name: 'looks',
    slot: 'seal',
    run: (call, next) => {
      seen.push(call.context)
      return onward(next, call)
    },
  })
  const open = http(gives, looks)
  for (let call = 0; call < 66; call++) await open.get('/')
  expect(new Set(seen.map((context) => JSON.stringify(context)))).toEqual(new Set(['{"tenant":"acme"}']))
})

it('a ledger that is kept holds on to no promise, nor one that is forked for a copy', async () => {
  const ledgers: Ledger[] = []
  const forks = layer({
    name: 'forks',
    slot: 'observe',
    calls: 'many',
    run: (call, next) => {
      const ledger = call.ledger.fork()
      ledgers.push(call.ledger, ledger)
      return next(call.with({ ledger }))
    },
  })
  const late = layer({
    name: 'late',
    slot: 'observe',
    run: async (call, next) => {
      await waits()
      return andThen(next, call, same)
    },
  })
  for (const layers of [[late], [forks, late], [forks, kinds.hands!('hands', () => {}, false)]]) {
    const open = http(...layers)
    for (let call = 0; call < 66; call++) ledgers.push((await open.get('/')).ledger)
  }
  expect(new Set(ledgers.map(({ promised }) => promised))).toEqual(new Set([undefined]))
})
