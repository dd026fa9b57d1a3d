import { ConfigError } from './errors.ts'
import { type Layer, type Middleware, type Slot, slots } from './layer.ts'
import type { Stackable } from './order.ts'
import { letGo } from './outcome.ts'

/** A layer as the compiler of a pipeline sees it: a plain function has no slot and has promised nothing. */
export type Step = Omit<Layer, 'slot' | '~gives' | '~perCall'> & { readonly slot: Slot | undefined }

/** @throws ConfigError for what is no layer, which only those without a compiler can hand in */
export function toStep(given: Stackable): Step {
  if (typeof given === 'function') return plainStep(given)
  if (Object(given) === given && typeof given.run === 'function' && slots.includes(given.slot)) return given
  throw new ConfigError(
    'CONFIG_INVALID',
    `pipeline: ${inspected(given)} is no layer: make one with layer({ name, slot, run })`,
  )
}

const inspected = (given: unknown) => (given === null ? 'null' : Array.isArray(given) ? 'an array' : typeof given)

const plainStep = (run: Middleware): Step => ({
  name: run.name || 'anonymous',
  slot: undefined,
  calls: 'once',
  verdicts: 'neither',
  about: '',
  traits: {},
  // it has made no promise to mind the call's end, which may be the client's too: the call does not wait beyond that
  run(call, next) {
    const outcome = run(call, next)
    return outcome instanceof Promise ? call.until(outcome, letGo) : outcome
  },
})
