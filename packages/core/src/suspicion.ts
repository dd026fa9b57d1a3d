import type { Handler } from './call.ts'
import { ConfigError } from './errors.ts'

const watching = new WeakMap<Handler, () => void>()

/** @param watch looks at every outcome of every layer of this pipeline from now on. Called once at most */
export function onSuspicion(pipeline: Handler, watch: () => void): void {
  watching.set(pipeline, watch)
}

/**
 * What is thrown for a bug that came out of a pipeline. A layer whose outcomes are trusted may have given something else, on
 * which the one outside it broke: what the engine says then names a field of outcomes, and tells nobody what to mend. The
 * next time the layer is caught itself.
 */
export function told(bug: unknown, pipeline: Handler): unknown {
  if (!(bug instanceof TypeError) || !ofTheEngine.test(bug.message)) return bug
  watch(pipeline)
  return fieldOfOutcome.test(bug.message) ? noOutcome(bug) : bug
}

/** Of a pipeline that gave no outcome itself. */
export function toldOfNone(pipeline: Handler): ConfigError {
  watch(pipeline)
  return noOutcome()
}

function watch(pipeline: Handler): void {
  watching.get(pipeline)?.()
  watching.delete(pipeline)
}

const noOutcome = (cause?: TypeError) =>
  new ConfigError(
    'NO_OUTCOME',
    'A layer gave no outcome: is a "return next(call)" missing? The next time it is named',
    {
      cause,
    },
  )

/** As V8 and JavaScriptCore say that something is not there; not what a library says, as "fetch failed". */
const ofTheEngine = /^Cannot (?:read|destructure) |is not a function|is not an object/

/** What layers read of an outcome, header names among them. */
const field = 'verdict|failed|retryAfter|healthy|again|blame|judgement|whole|ratelimit|[a-z]+(?:-[a-z]+)+'
const method = 'judged|read|discard|whenOver|pieces'
const fieldOfOutcome = new RegExp(
  `(?:reading|property) '(?:${field}|${method})'|\\.(?:${method}) is not a function|evaluating '[^']*\\.(?:${field}|${method})\\b`,
)
