import { bodyLength, type Call, layer, type Next, notes, type Outcome } from '@penstock/core'
import { Flight } from './dedupe/flight.ts'
import { mayShare } from './dedupe/may-share.ts'
import { callKey } from './recall/call-key.ts'

export type DedupeOptions<Name extends string = 'dedupe'> = {
  /** What makes two calls equal, instead of all that is sent; undefined for a call that shall go alone. */
  readonly key?: (call: Call) => string | undefined
  /** @default 'dedupe' */
  readonly name?: Name
}

const says = notes('dedupe', {
  joined: ['asks the same as call {leader}, and waits for its answer', '与调用 {leader} 相同，共享其结果'],
  left: ['leaves: {others} others wait on for the answer', '离开：其余 {others} 个调用继续等待'],
  last: ['leaves as the last one: the request is given up', '最后一个离开：请求已放弃'],
  outlives: ['call {leader} ran out of its time: goes on by itself', '调用 {leader} 超时：改为自行发送'],
})

/**
 * Send equal calls that are in progress at one time once, and give all of them the answer. Equal is what has the same
 * method, address, headers, credentials and body. GET, HEAD, and what says `repeatable: 'always'`; every other call passes
 * untouched, and so does one that streams. A call leaves at its own deadline or abort and disturbs nobody; when the last
 * one has left, the request is given up.
 *
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { dedupe, retry, status } from '@penstock/middleware'
 *
 * const stack = pipeline([dedupe(), retry(), status()], undiciTransport())
 * ```
 */
export function dedupe<const Name extends string = 'dedupe'>(options: DedupeOptions<Name> = {}) {
  const { key: keyOf = callKey, name = 'dedupe' as Name } = options
  const aloft = new Map<string, Flight>()

  return layer({
    name,
    slot: 'recall',
    run(call, next) {
      const rough = mayShare(call) ? (options.key === undefined ? roughKey(call) : keyOf(call)) : undefined
      if (rough === undefined) return next(call)
      const twin = twinOf(call, rough)
      return twin === undefined ? lead(call, next, rough) : shared(call, next, rough, twin)
    },
  })

  async function shared(call: Call, next: Next, rough: string, first: Flight): Promise<Outcome> {
    for (let twin: Flight | undefined = first; twin !== undefined; twin = twinOf(call, rough)) {
      const leader = twin.call!
      const outcome = await join(call, leader, twin)
      // its leader had less time than this call has
      if (!outcome.failed || leader.over() === undefined || call.over() !== undefined) return outcome
      call.note(says.outlives, { leader: leader.id }, name)
    }
    return lead(call, next, rough)
  }

  /** A call without a rival for its rough key costs no digest. */
  function twinOf(call: Call, rough: string): Flight | undefined {
    let rival = aloft.get(rough)
    if (rival === undefined || options.key !== undefined) return rival
    let key: string | undefined
    for (; rival !== undefined; rival = rival.rival) {
      if (!rival.resembles(call)) continue
      key ??= keyOf(call)
      if (key === undefined) return undefined
      if (rival.key === key) return rival
    }
    return undefined
  }

  function lead(call: Call, next: Next, rough: string): Promise<Outcome> {
    const flight = new Flight(call, next, rough, keyOf, forget)
    flight.rival = aloft.get(rough)
    aloft.set(rough, flight)
    const done = flight.fly()
    // of its time the flight minds itself, and knows better how far it came
    return call.signal === undefined ? done : leaving(call.with({ deadlineAt: Infinity }), flight)
  }

  function join(call: Call, leader: Call, flight: Flight): Promise<Outcome> {
    call.note(says.joined, { leader: leader.id }, name)
    call.ledger.adopt(leader.ledger)
    flight.board()
    return leaving(call, flight)
  }

  async function leaving(call: Call, flight: Flight): Promise<Outcome> {
    const outcome = await call.until(flight.fly())
    if (flight.landed) return outcome
    const { others } = flight
    call.note(others > 0 ? says.left : says.last, { others }, name)
    if (flight.leave(call.signal?.reason)) forget(flight)
    return outcome
  }

  function forget(flight: Flight): void {
    const { rough } = flight
    const first = aloft.get(rough)
    if (first !== flight) first?.skip(flight)
    else if (flight.rival === undefined) aloft.delete(rough)
    else aloft.set(rough, flight.rival)
  }
}

/** Equal for equal calls, and for few others. Costs next to nothing. */
const roughKey = ({ method, origin, path, body }: Call) =>
  method === 'GET' && body.kind === 'none' ? path : `${method} ${origin}${path} ${bodyLength(body)}`
