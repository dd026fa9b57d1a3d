import { createRequire } from 'node:module'
import type { Context, Span, Tracer } from '@opentelemetry/api'
import { type Call, ConfigError, layer, type Ledger, type Next, type Outcome } from '@penstock/core'
import { attemptFacts, callFacts, decisions, endingOf } from './tracing/attributes.ts'

export type TracingOptions<Name extends string = 'tracing'> = {
  /** Makes the spans. @default the registered provider's, for `penstock` */
  readonly tracer?: Tracer
  /** @default 'tracing' */
  readonly name?: Name
}

/**
 * OpenTelemetry: an INTERNAL span a call, with its decisions as events, and a CLIENT span an attempt, named and described as the
 * semantic conventions say; W3C `traceparent` is sent with each attempt. The parent is the active context. No query and no
 * header goes into a span. Without a provider nothing is recorded, and little is done.
 *
 * @throws ConfigError `MISSING_PEER` when @opentelemetry/api is not installed
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { retry, status, tracing } from '@penstock/middleware'
 *
 * const stack = pipeline([tracing(), retry(), status()], undiciTransport())
 * ```
 */
export function tracing<const Name extends string = 'tracing'>(options: TracingOptions<Name> = {}) {
  const { name = 'tracing' as Name } = options
  const { context, propagation, SpanKind, SpanStatusCode, trace } = openTelemetry(name)
  /** The context of a call, for its attempts: a gift would make it another call to a cache. */
  const contexts = new WeakMap<Ledger, Context>()
  const tracerNow = () => options.tracer ?? trace.getTracer('penstock')

  /** Runs what a span is about, and ends the span however that ends. */
  async function spanned(span: Span, run: () => Promise<Outcome>): Promise<Outcome> {
    let outcome: Outcome | undefined
    try {
      return (outcome = await run())
    } finally {
      const { attributes, failed } = endingOf(outcome)
      span.setAttributes(attributes)
      // its code says what happened; a message of a bug may hold anything
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    }
  }

  return layer({
    name,
    slot: 'observe',
    run(call: Call, next: Next) {
      const outer = context.active()
      const title = call.endpoint?.id ?? call.method
      const span = tracerNow().startSpan(title, { kind: SpanKind.INTERNAL, attributes: callFacts(call) }, outer)
      const inner = trace.setSpan(outer, span)
      contexts.set(call.ledger, inner)
      return spanned(span, async () => {
        const outcome = await context.with(inner, () => next(call))
        if (span.isRecording()) for (const { id, facts, at } of decisions(call)) span.addEvent(id, facts, at)
        return outcome
      })
    },
    attempt(call: Call<any>, next: Next) {
      const outer = contexts.get(call.ledger) ?? context.active()
      const span = tracerNow().startSpan(call.method, { kind: SpanKind.CLIENT, attributes: attemptFacts(call) }, outer)
      const inner = trace.setSpan(outer, span)
      const headers: Record<string, string> = {}
      propagation.inject(inner, headers)
      const sent = Object.keys(headers).length === 0 ? call : call.with({ headers: { ...call.headers, ...headers } })
      return spanned(span, () => context.with(inner, () => next(sent)))
    },
  })
}

function openTelemetry(name: string): typeof import('@opentelemetry/api') {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as typeof import('@opentelemetry/api')
  } catch {
    throw new ConfigError('MISSING_PEER', `${name}() stands on @opentelemetry/api: npm install @opentelemetry/api@1`)
  }
}
