import type { Layer } from '../layer.ts'
import type { Stackable } from '../order.ts'
import type { Request } from '../request.ts'
import { abortChecks } from './conformance/aborts.ts'
import { bodyChecks } from './conformance/bodies.ts'
import { bugChecks } from './conformance/bugs.ts'
import { callChecks } from './conformance/calls.ts'
import { releaseChecks } from './conformance/releases.ts'

/** A layer to be put through what every layer promises. */
export type Subject = {
  /** Makes it anew: every check gets one of its own. */
  readonly layer: () => Layer
  /** What must stand outside it: who gives what it needs. @default nothing */
  readonly outside?: () => readonly Stackable[]
  /** What must stand inside it. @default a judge of statuses, when it acts on verdicts */
  readonly inside?: () => readonly Stackable[]
  /** A call that it acts on, to be made with paths, bodies and signals of the kit. @default a GET */
  readonly request?: Partial<Request>
}

/** One promise, as a sentence. `run` rejects, and says what was found, when it is not kept. */
export type Check = { readonly promise: string; readonly run: () => Promise<void> }

/**
 * What every layer promises, whatever it does, as checks for any test runner: abort in every state, deadlines, bodies
 * dropped early and streamed, short circuits, bugs thrown at once and later, calls side by side, and nothing left after
 * any of it. In virtual time, without a socket.
 *
 * @example
 * ```ts
 * import { layer } from '@penstock/core'
 * import { conformance } from '@penstock/core/testing'
 *
 * const tenant = () => layer({ name: 'tenant', slot: 'identify', run: (call, next) => next(call.withHeader('x-tenant', 'acme')) })
 * for (const { promise, run } of conformance({ layer: tenant })) await run().then(() => promise)
 * ```
 */
export function conformance(subject: Subject): readonly Check[] {
  return [abortChecks, bodyChecks, bugChecks, callChecks, releaseChecks].flatMap((checks) =>
    checks.map(({ promise, run }) => ({ promise, run: () => run(subject) })),
  )
}
