import { getEventListeners } from 'node:events'
import type { Call } from '../../call.ts'
import { CallError } from '../../call-error.ts'
import { client } from '../../client.ts'
import { layer, type Next } from '../../layer.ts'
import type { Stackable } from '../../order.ts'
import { pipeline } from '../../pipeline.ts'
import type { Request } from '../../request.ts'
import { Result } from '../../result.ts'
import type { Verdict } from '../../verdict.ts'
import type { Subject } from '../conformance.ts'
import { seeded } from '../seeded.ts'
import { virtualClock } from '../virtual-clock.ts'
import { type Act, Probe } from './probe.ts'

/** One promise, of any layer. */
export type Promised = { readonly promise: string; readonly run: (subject: Subject) => Promise<void> }

/** The layer in a stack of its own, on a server that does what it is told. */
export function rig(
  subject: Subject,
  acts: readonly Act[],
  around: { readonly outer?: Stackable; readonly inner?: Stackable } = {},
) {
  const clock = virtualClock()
  const probe = new Probe(acts)
  const made = subject.layer()
  const inside = subject.inside?.() ?? (made.verdicts === 'needs' ? [judge] : [])
  const outside = subject.outside?.() ?? []
  const layers: readonly Stackable[] = [...one(around.outer), ...outside, made, ...inside, ...one(around.inner)]
  const stack = pipeline(layers, probe)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: seeded(1), diagnose: 'all' })
  const request = (own: Partial<Request>): Request => ({ path: '/things', ...subject.request, ...own })
  const send = async (own: Partial<Request> = {}): Promise<unknown> => {
    try {
      return await http.send(request(own))
    } catch (thrown) {
      if (thrown instanceof CallError) thrown.reply?.discard()
      return thrown
    }
  }
  return {
    clock,
    probe,
    stack,
    http,
    name: made.name,
    /** The outcome of a call, or what was thrown. */
    outcome: (own: Partial<Request> = {}): Promise<unknown> =>
      http.outcome(request(own)).catch((thrown: unknown) => thrown),
    /** The result of a call, or what it threw; of that, nobody reads the body. */
    send,
    /** A call with its body read; what it throws is given. */
    async text(own: Partial<Request> = {}): Promise<unknown> {
      const result = await send(own)
      return result instanceof Result ? result.text().catch((thrown: unknown) => thrown) : result
    },
    /** @throws Error when anything is left of the calls that have ended */
    empty(when: string, signal?: AbortSignal): void {
      const listeners = signal === undefined ? 0 : getEventListeners(signal, 'abort').length
      const left = {
        'timer(s)': clock.timers,
        'open body(ies)': probe.open.size,
        'listener(s) on the signal': listeners,
      }
      const found = Object.entries(left).filter(([, count]) => count > 0)
      if (found.length > 0)
        throw broken(made.name, when, found.map(([what, count]) => `${count} ${what} left`).join(', '))
    },
  }
}

const one = (given: Stackable | undefined) => (given === undefined ? [] : [given])

export type Rig = ReturnType<typeof rig>

/** @throws Error that says which layer, in which state, did what */
export function broken(name: string, when: string, found: string): Error {
  return new Error(`Layer '${name}', ${when}: ${found}`)
}

export function expect(holds: boolean, name: string, when: string, found: string): asserts holds {
  if (!holds) throw broken(name, when, found)
}

/** What came of a promise, or that nothing has: looked at without letting time pass. */
export async function standing(
  rigged: Rig,
  promise: Promise<unknown>,
): Promise<{ readonly settled: boolean; readonly value?: unknown }> {
  let found: { settled: boolean; value?: unknown } = { settled: false }
  promise.then(
    (value) => (found = { settled: true, value }),
    (value: unknown) => (found = { settled: true, value }),
  )
  await rigged.clock.advance(0)
  return found
}

const byStatus = (status: number): Verdict => {
  if (status < 400) return 'ok'
  if (status === 401) return 'token'
  if (status === 429) return 'rate'
  return status < 500 ? 'input' : 'server'
}

/** The smallest layer that gives verdicts. */
const judge = layer({
  name: 'the kit’s judge',
  slot: 'judge',
  verdicts: 'gives',
  run: (call: Call<any>, next: Next) =>
    next(call).then((outcome) => (outcome.failed ? outcome : outcome.judged({ verdict: byStatus(outcome.status) }))),
})
