/** What the recorder does for one call that goes well, and nothing else of the call: the ledger and its one trip. */
import { bytesBody, type Level, Reply } from '@penstock/core'
import { Budget } from '../../../packages/core/src/budget.ts'
import { Ledger, type Span } from '../../../packages/core/src/recorder/ledger.ts'
import { Runtime } from '../../../packages/core/src/runtime.ts'
import type { Chain } from './chain.ts'

const reply = new Reply(200, {}, bytesBody(Buffer.from('{}')))
const runtime = new Runtime()
const budget = new Budget(10)
const spans = Array.from({ length: 13 }, (_, index) => `layer${index}`)

/** As an edge and a departure do it. The last one is kept, so that none of it can be left out. */
let kept: Ledger | undefined

/** Without it, the one look at the clock that says when a call began: deadlines and time limits are counted from there. */
const recording =
  (level: Level): Chain =>
  async (count) => {
    const once = count === 0 ? () => void (began = runtime.clock.now()) : () => void (kept = recorded(level))
    return async () => {
      for (let call = 0; call < batch; call++) once()
    }
  }

let began = 0

function recorded(level: Level): Ledger {
  const ledger = new Ledger({
    level,
    runtime,
    budget,
    method: 'GET',
    origin: 'http://127.0.0.1',
    path: '/json',
    endpoint: undefined,
  })
  const entered = ledger.spans === undefined ? none : spans.map((name) => ledger.enter(name, 1))
  const trip = ledger.depart(1, 'mock', ledger.timed ? runtime.clock.now() : undefined, carried)
  ledger.arrive(trip, reply)
  for (const span of entered) ledger.leave(span, 'ok')
  ledger.settle('ok', reply)
  return ledger
}

const none: readonly Span[] = []
const carried = { headers: {}, secretQuery: [] }

/** Calls between two turns of the queue, which would cost more than what is measured. */
export const batch = 100

export const chains: Readonly<Record<string, Chain>> = {
  'recorder alone, off': recording('off'),
  'recorder alone, errors': recording('errors'),
  'recorder alone, all': recording('all'),
}

/** Read, so that no compiler leaves the work out. */
export const last = () => [began, kept]
