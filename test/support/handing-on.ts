import {
  andThen,
  bytesBody,
  client,
  Failure,
  lastly,
  layer,
  type Level,
  type Next,
  onward,
  type Outcome,
  pipeline,
  Reply,
  type Transport,
} from '@penstock/core'
import { virtualClock } from '@penstock/core/testing'

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

export const waits = () => new Promise((resolve) => setImmediate(resolve))

/** Every way in which a layer may treat what is inside it. */
export const kinds: Readonly<Record<string, Kind>> = {
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

export type Ways = { readonly signal?: AbortSignal; readonly diagnose?: Level }

/** The story of each call: what every layer was told, in order, and how it ended. */
export async function stories(
  stack: readonly string[],
  bares: boolean,
  calls: number,
  { signal, diagnose }: Ways = {},
) {
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
