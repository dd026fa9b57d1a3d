import { andThen, fused, type Fused, onward } from './and-then.ts'
import type { Call, Handler } from './call.ts'
import { compile } from './compile.ts'
import { ConfigError } from './errors.ts'
import { Holding } from './holding.ts'
import { type Acknowledged, type Finding, lint, type LintedRequest, refuse } from './lint/lint.ts'
import { misplaced } from './misplaced.ts'
import type { Ordered, Stackable } from './order.ts'
import type { Entry } from './next-of.ts'
import { overriding } from './overriding.ts'
import { Plan } from './plan.ts'
import { inserted, removed, replaced } from './rearranged.ts'
import type { Stack } from './stack.ts'
import { toStep } from './step.ts'
import { onSuspicion } from './suspicion.ts'
import { tallyOf } from './tally.ts'
import type { Transport } from './transport.ts'

/** A handler that knows what it is made of. */
export interface Pipeline extends Handler {
  plan(): Plan
  /**
   * What is doubtful in this stack, by the rules of docs/ordering.md. Errors have been thrown when it was made, unless they
   * are acknowledged.
   * @param request also asks whether the stack suits calls of this kind
   */
  lint(request?: LintedRequest): readonly Finding[]
  /** Close the transport and what layers hold, but what other pipelines share. Calls in flight fail: a client's `close()` waits for them first. */
  close(): Promise<void>
}

export type PipelineOptions = {
  /** Rules of `lint()` that this stack breaks on purpose, each with the reason. @default none */
  readonly acknowledge?: Acknowledged
}

/**
 * Stack layers on a transport, outermost first. Everything is compiled now, twice: a plain chain, and one that records a
 * span a layer; a call takes the one or the other by a single branch.
 *
 * @throws ConfigError `STACK_ORDER` with the sentence of the compile error, for those who have no compiler; `STACK_LINT`
 * when layers that stand in order cannot work together
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { deadline, retry, status, timeout } from '@penstock/middleware'
 *
 * const stack = pipeline([deadline({ after: 20_000 }), retry(), timeout({ after: 5_000 }), status()], undiciTransport())
 * String(stack.plan()) // deadline(20 s) → retry(…) → timeout(5 s) → status → undici
 * const impatient = stack.with(timeout({ after: 1_000 })).without('retry')
 * ```
 */
export function pipeline<const Layers extends readonly Stackable[]>(
  layers: Layers & Readonly<Ordered<Layers>>,
  transport: Transport,
  options: PipelineOptions = {},
): Stack<Layers> {
  return assembled(layers, transport, options) as unknown as Stack<Layers>
}

function assembled(layers: readonly Stackable[], transport: Transport, options: PipelineOptions): Stack {
  if (!Array.isArray(layers)) throw invalid('the layers are no array')
  if (Object(transport) !== transport || typeof transport.send !== 'function' || typeof transport.close !== 'function')
    throw invalid('there is no transport: give gotTransport() or undiciTransport() as the second argument')
  const steps = layers.map(toStep)
  const wrong = misplaced(steps)
  if (wrong !== undefined) throw new ConfigError('STACK_ORDER', wrong)
  const { acknowledge = {} } = options
  const tally = tallyOf(steps)
  const findings = (request?: LintedRequest) => lint({ steps, transport, tally, request }, acknowledge)
  refuse(findings(), acknowledge)
  let chains = compile(steps, transport)
  let chainsFor = overriding(steps, transport)
  const plan = new Plan(steps, transport)
  const holding = new Holding([...steps, transport])
  const another = (rearranged: readonly Stackable[]) => assembled(rearranged, transport, options)

  const entry = (call: Call<any>): Entry => {
    tally.calls++
    const overrides = call.options.layers
    const { plain, recorded } = overrides === undefined ? chains : chainsFor(overrides)
    return call.ledger.spans === undefined ? plain : recorded
  }
  const send: Handler = (call) => entry(call)(call)
  onSuspicion(send, () => {
    chains = compile(steps, transport, Infinity)
    chainsFor = overriding(steps, transport, Infinity)
  })
  return Object.assign(send, {
    [fused]: ((call: Call<any>, after, of, held, give) =>
      after === undefined ? onward(entry(call), call, give) : andThen(entry(call), call, after, of, held)) as Fused,
    plan: () => plan,
    lint: findings,
    with: (layer: any) => another(replaced(layers, layer)),
    without: (name: string) => another(removed(layers, name)),
    insert: (layer: any, place?: { readonly before: string }) => another(inserted(layers, layer, place?.before)),
    close: () => holding.close(),
  }) as Stack
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `pipeline: ${because}`)
