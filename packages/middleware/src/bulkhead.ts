import { type Call, duration, type Failure, layer, type Next, notes, type Outcome, refused } from '@penstock/core'
import { checked } from './bulkhead/checked.ts'
import type { Compartment } from './bulkhead/compartment.ts'
import { Compartments } from './bulkhead/compartments.ts'

export type BulkheadOptions<Name extends string = 'bulkhead'> = {
  /** Calls of one key that may be in flight at once, their bodies included. */
  readonly limit: number
  /** Calls of one key that may wait for a place; 0 for none. @default 100 */
  readonly maxQueue?: number
  /** Milliseconds that a call may wait for a place. @default as long as it has time */
  readonly maxWait?: number
  /** What shares the places. @default call => call.origin */
  readonly key?: (call: Call<any>) => string
  /** The higher goes first; equal ones go in the order in which they came. @default () => 0 */
  readonly priority?: (call: Call<any>) => number
  /** @default 'bulkhead' */
  readonly name?: Name
}

/** What one call may have otherwise: `layers: { bulkhead: { priority: 10 } }`. */
export type BulkheadPerCall = { readonly priority?: number; readonly maxWait?: number }

/** What is going on at one key. */
export type BulkheadState = { readonly limit: number; readonly inFlight: number; readonly waiting: number }

export type BulkheadHandles = {
  state(key: string): BulkheadState
}

const says = notes('bulkhead', {
  waits: ['waits for one of {limit} places, {ahead} ahead', '等待 {limit} 个名额之一，前面有 {ahead} 个'],
  full: ['refuses: {limit} calls are in flight and {waiting} wait', '拒绝：{limit} 个调用进行中，{waiting} 个在排队'],
  gives_way: [
    'gives way to a call of priority {priority}: the queue is full',
    '队列已满：让位于优先级 {priority} 的调用',
  ],
  does_not_fit: [
    'refuses: even a quick call needs {needs:ms}, {left:ms} are left',
    '拒绝：最快也需 {needs:ms}，剩余时间仅 {left:ms}',
  ],
  waited: ['refuses: no place within {wait:ms}', '拒绝：{wait:ms} 内没有空位'],
})

/**
 * Let at most so many calls of one key be in flight at once. The others wait in the order of their priority, and within
 * one in the order in which they came; a call that could not be answered before its deadline any more is refused at once.
 * A full queue refuses with `BULKHEAD_FULL`, a wait that is too long with `BULKHEAD_WAIT`. A place is free again when the
 * call has failed or its body is over.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { bulkhead, status } from '@penstock/middleware'
 *
 * const few = bulkhead({ limit: 10, maxQueue: 50 })
 * const stack = pipeline([few, status()], undiciTransport())
 * few.state('https://api.example.com') // { limit: 10, inFlight: 0, waiting: 0 }
 * ```
 */
export function bulkhead<const Name extends string = 'bulkhead'>(options: BulkheadOptions<Name>) {
  const { limit, maxQueue = 100, maxWait = Infinity, priority = () => 0, name = 'bulkhead' as Name } = options
  const { key = ({ origin }: Call<any>) => origin } = options
  checked(name, { limit, maxQueue, maxWait })
  const compartments = new Compartments(limit)

  const made = layer({
    name,
    slot: 'admit',
    about: `${limit}, ${maxQueue} waiting`,
    traits: { limit, maxQueue, waits: maxQueue === 0 ? 0 : maxWait },
    run: admitting(priority, maxWait),
    override(own: BulkheadPerCall) {
      const { priority: level, maxWait: longest = maxWait } = own
      checked(name, { maxWait: longest })
      return admitting(level === undefined ? priority : () => level, longest)
    },
  })
  const handles: BulkheadHandles = {
    state(id) {
      const { inFlight, waiting } = compartments.peek(id) ?? { inFlight: 0, waiting: 0 }
      return { limit, inFlight, waiting }
    },
  }
  return Object.assign(made, handles)

  function admitting(levelOf: (call: Call<any>) => number, longest: number) {
    return async (call: Call, next: Next): Promise<Outcome> => {
      const compartment = compartments.of(key(call))
      const cut = compartment.enter() ? undefined : await turn(call, compartment, levelOf(call), longest)
      return cut ?? sent(call, next, compartment)
    }
  }

  /** Nothing when it has a place. */
  async function turn(call: Call, within: Compartment, level: number, longest: number): Promise<Failure | undefined> {
    const over = call.over()
    if (over !== undefined) return over
    const ahead = within.ahead(level)
    const needs = within.needs(ahead)
    if (needs >= call.remaining()) return late(call, needs)
    if (within.waiting >= maxQueue) {
      const { last } = within
      if (last === undefined || last.priority >= level) {
        call.note(says.full, { limit, waiting: within.waiting }, name)
        return full(within)
      }
      last.call.note(says.gives_way, { priority: level }, name)
      last.cut(full(within))
    }
    call.note(says.waits, { limit, ahead }, name)
    return within.queue(call, level, call.clock.now() + longest, () => {
      call.note(says.waited, { wait: longest }, name)
      return refused('BULKHEAD_WAIT', name, `no place was free within ${duration(longest)}`)
    })
  }

  function full({ waiting }: Compartment): Failure {
    return refused('BULKHEAD_FULL', name, `${limit} calls are in flight and ${waiting} wait`)
  }

  function late(call: Call<any>, needs: number): Failure {
    const left = call.remaining()
    call.note(says.does_not_fit, { needs, left }, name)
    const because = `even a quick call needs ${duration(needs)}, and ${duration(left)} are left`
    return refused('BULKHEAD_WAIT', name, because)
  }

  async function sent(call: Call, next: Next, compartment: Compartment): Promise<Outcome> {
    const { clock } = call
    const since = clock.now()
    const leave = () => compartment.leave(clock.now() - since, late)
    let outcome: Outcome | undefined
    try {
      return (outcome = await next(call))
    } finally {
      // what is no outcome, by somebody's bug, keeps no place either
      if (outcome?.failed === false) outcome.body.whenOver(leave)
      else leave()
    }
  }
}
