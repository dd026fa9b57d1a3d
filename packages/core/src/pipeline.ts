import { compile } from './compile.ts'
import type { Handler } from './call.ts'
import { ConfigError } from './errors.ts'
import { misplaced } from './misplaced.ts'
import type { Ordered, Stackable } from './order.ts'
import { Plan } from './plan.ts'
import { toStep } from './step.ts'
import type { Transport } from './transport.ts'

/** A handler that knows what it is made of. */
export interface Pipeline extends Handler {
  plan(): Plan
  /** Close the transport, and what layers hold. Calls in flight fail: a client's `close()` waits for them first. */
  close(): Promise<void>
}

/**
 * Stack layers on a transport, outermost first. Everything is compiled now, twice: a plain chain, and one that records a
 * span a layer; a call takes the one or the other by a single branch.
 *
 * @throws ConfigError with the sentence of the compile error, for those who have no compiler
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { deadline, retry, status, timeout } from '@penstock/middleware'
 *
 * const stack = pipeline([deadline({ after: 20_000 }), retry(), timeout({ after: 5_000 }), status()], undiciTransport())
 * String(stack.plan()) // deadline(20 s) → retry(…) → timeout(5 s) → status → undici
 * ```
 */
export function pipeline<const Stack extends readonly Stackable[]>(
  stack: Stack & Readonly<Ordered<Stack>>,
  transport: Transport,
): Pipeline {
  const steps = (stack as readonly Stackable[]).map(toStep)
  const wrong = misplaced(steps)
  if (wrong !== undefined) throw new ConfigError('STACK_ORDER', wrong)
  const { plain, recorded } = compile(steps, transport)
  const plan = new Plan(steps, transport)

  const send: Handler = (call) => (call.ledger.spans === undefined ? plain(call) : recorded(call))
  return Object.assign(send, {
    plan: () => plan,
    async close() {
      await Promise.all([transport.close(), ...steps.map(({ close }) => close?.())])
    },
  })
}
