import type { Layer, Middleware, Slot } from './layer.ts'
import type { Stackable } from './order.ts'

/** A layer as the compiler of a pipeline sees it: a plain function has no slot and has promised nothing. */
export type Step = Omit<Layer, 'slot' | '~gives' | '~perCall'> & { readonly slot: Slot | undefined }

export function toStep(given: Stackable): Step {
  return typeof given === 'function' ? plainStep(given) : given
}

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
    return outcome instanceof Promise ? call.until(outcome) : outcome
  },
})
