import type { Body } from '../body.ts'
import type { Repeatable } from '../endpoint.ts'
import type { AnyOverrides } from '../stack.ts'

/** What was asked for, as far as layers decide by it. */
export type Asked = {
  readonly repeatable: Repeatable
  readonly body: Body['kind']
  readonly streams: boolean
  readonly overrides: AnyOverrides | undefined
}

/** One object for calls that ask the same: most of a client's do. */
export function askedFor(
  repeatable: Repeatable,
  body: Body['kind'],
  streams: boolean,
  overrides: AnyOverrides | undefined,
): Asked {
  if (overrides !== undefined) return { repeatable, body, streams, overrides }
  if (last.repeatable !== repeatable || last.body !== body || last.streams !== streams)
    last = { repeatable, body, streams, overrides }
  return last
}

export const askedNothing: Asked = { repeatable: 'unsent', body: 'none', streams: false, overrides: undefined }

let last = askedNothing
