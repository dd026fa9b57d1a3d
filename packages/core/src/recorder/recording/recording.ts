import type { Body } from '../../body.ts'
import { systemClock } from '../../clock.ts'
import type { Repeatable } from '../../endpoint.ts'
import type { Ledger } from '../ledger.ts'
import { jumpsBetween } from '../stalls.ts'

/** A wall clock that was put right, or wrong. */
export type Jump = {
  /** Milliseconds from the call's beginning, to a twentieth of a second. */
  readonly at: number
  /** Ahead; below zero for back. */
  readonly milliseconds: number
}

/** What a call was, and what came to it from outside, as far as its layers decide by it: numbers and names. */
export type Recording = {
  readonly repeatable: Repeatable
  readonly body: Body['kind']
  readonly streams: boolean
  /** Other options of layers, by their names: `false`, or those that are numbers or yes and no. */
  readonly layers?: Readonly<Record<string, false | Readonly<Record<string, number | boolean>>>> | undefined
  /** What chance gave, in the order in which it was asked. */
  readonly chance: readonly number[]
  readonly jumps: readonly Jump[]
  /** The kind of the caller's reason, of a call that was aborted. */
  readonly abort?: 'AbortError' | 'TimeoutError' | 'other' | undefined
}

export function recordingOf(ledger: Ledger): Recording | undefined {
  const { level, asked, draws = [], startedAt, runtime } = ledger
  const { repeatable, body, streams, overrides } = asked
  if (level === 'off') return undefined
  const jumps = runtime.clock === systemClock ? jumpsBetween(startedAt, ledger.endedAt ?? systemClock.now()) : []
  return {
    repeatable,
    body,
    streams,
    layers: overrides && Object.fromEntries(Object.entries(overrides).map(([name, own]) => [name, plain(own)])),
    chance: [...draws],
    jumps: jumps.map(({ at, milliseconds }) => ({ at: at - startedAt, milliseconds })),
    abort: ledger.end?.code === 'CANCELLED' ? reasonOf(ledger.reason) : undefined,
  }
}

const plain = (own: object | false | undefined) =>
  own === false
    ? false
    : Object.fromEntries(
        Object.entries(own ?? {}).filter(
          (entry): entry is [string, number | boolean] => typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
        ),
      )

function reasonOf(reason: unknown): Recording['abort'] {
  const name = reason instanceof Error ? reason.name : undefined
  return name === 'AbortError' || name === 'TimeoutError' ? name : 'other'
}
