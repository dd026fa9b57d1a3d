import { createRequire } from 'node:module'
import type { Attributes, Context, Span, SpanKind, Tracer } from '@opentelemetry/api'
import { type Call, ConfigError, layer, type Ledger, type Next, type Outcome } from '@penstock/core'
import { attemptFacts, callFacts, callName, endingOf, peerFacts, requestName } from './tracing/attributes.ts'
import { decisionsOf } from './tracing/decisions.ts'
import { hrTime } from './tracing/hr-time.ts'

/** What is used of OpenTelemetry's `Tracer`: the types of a library that may be missing are not for everybody. */
export type TracerLike = {
  startSpan(name: string, options?: any, context?: any): any
  startActiveSpan(...given: any[]): any
}

export type TracingOptions<Name extends string = 'tracing'> = {
  /** Makes the spans. @default the registered provider's, for `penstock` */
  readonly tracer?: TracerLike
  /** Whether servers are told of the trace, by the registered propagator: W3C `traceparent`, as a rule. @default true */
  readonly propagate?: boolean
  /** @default 'tracing' */
  readonly name?: Name
}

/** Where a span belongs, and the milliseconds that its call's clock is behind the time since 1970. */
type Traced = { readonly tracer: Tracer; readonly context: Context; readonly epoch: number }

/** A span that has begun, and the context that holds it. */
type Open = Traced & { readonly span: Span }

/**
 * OpenTelemetry: an INTERNAL span a call, with its decisions as events, and a CLIENT span an attempt, named and described as
 * the semantic conventions say; W3C `traceparent` is sent with each attempt. The parent is the active context, and a span is
 * the active one of what runs inside it. No query and no header goes into a span. While no provider is registered a call
 * costs one look.
 *
 * @throws ConfigError `MISSING_PEER` when @opentelemetry/api is not installed
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
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
  const { propagate = true, name = 'tracing' as Name } = options
  const { context, propagation, SpanKind, SpanStatusCode, trace } = openTelemetry(name)
  /** The spans of calls, for their attempts: a gift would make a call another one to a cache. */
  const calls = new WeakMap<Ledger, Open>()
  let dropped = 0

  const made = layer({
    name,
    slot: 'observe',
    run(call: Call, next: Next) {
      const tracer = options.tracer ?? registered()
      if (tracer === undefined) return next(call)
      const epoch = call.clock.date() - call.clock.now()
      const open = guarded(() =>
        opened({ tracer, context: context.active(), epoch }, call, SpanKind.INTERNAL, callName(call), callFacts(call)),
      )
      if (open === undefined) return next(call)
      calls.set(call.ledger, open)
      const tell = () => {
        for (const { id, facts, at } of decisionsOf(call.ledger)) open.span.addEvent(id, facts, hrTime(epoch + at))
      }
      return spanned(open, call, () => next(call), tell)
    },
    attempt(call: Call<any>, next: Next) {
      const outer = callOf(call.ledger)
      if (outer === undefined) return next(call)
      const open = guarded(() => opened(outer, call, SpanKind.CLIENT, requestName(call), attemptFacts(call)))
      if (open === undefined) return next(call)
      const { ledger } = call
      ledger.timed = true
      const before = ledger.trips.length
      const told = (propagate && guarded(() => telling(call, open.context))) || call
      return spanned(
        open,
        call,
        () => next(told),
        () => void open.span.setAttributes(ledger.trips.length > before ? peerFacts(ledger.trips.at(-1)!) : {}),
      )
    },
  })
  return Object.defineProperty(made as typeof made & { readonly dropped: number }, 'dropped', { get: () => dropped })

  function opened(inside: Traced, call: Call<any>, kind: SpanKind, title: string, attributes: Attributes): Open {
    const { tracer, context: outer, epoch } = inside
    const span = tracer.startSpan(title, { kind, attributes, startTime: hrTime(epoch + call.clock.now()) }, outer)
    return { tracer, span, context: trace.setSpan(outer, span), epoch }
  }

  /** Undefined while there is none: what the API gives then stands in for one that has yet to come. */
  function registered(): Tracer | undefined {
    const provider = trace.getTracerProvider() as { getDelegateTracer?: (name: string) => Tracer | undefined }
    return provider.getDelegateTracer === undefined
      ? trace.getTracer('penstock')
      : provider.getDelegateTracer('penstock')
  }

  /** A copy that goes its own way is an attempt of the same call. */
  function callOf(ledger: Ledger): Open | undefined {
    return calls.get(ledger) ?? (ledger.forkOf && callOf(ledger.forkOf))
  }

  function telling(call: Call<any>, inside: Context): Call<any> {
    const headers: Record<string, string> = {}
    propagation.inject(inside, headers)
    return Object.keys(headers).length === 0 ? call : call.with({ headers: { ...call.headers, ...headers } })
  }

  /** Runs what a span is about, and ends the span however that ends. */
  async function spanned(open: Open, call: Call<any>, run: () => Promise<Outcome>, tell: () => void): Promise<Outcome> {
    let outcome: Outcome | undefined
    try {
      return (outcome = await context.with(open.context, run))
    } finally {
      guarded(() => {
        const { span, epoch } = open
        const { attributes, failed } = endingOf(outcome)
        // a span that is never ended is never seen
        if (span.isRecording()) guarded(tell)
        span.setAttributes(attributes)
        // its code says what happened; a message of a bug may hold anything
        if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end(hrTime(epoch + call.clock.now()))
      })
    }
  }

  /** What a tracer or a propagator throws is not the call's trouble. */
  function guarded<Value>(act: () => Value): Value | undefined {
    try {
      return act()
    } catch {
      dropped++
      return undefined
    }
  }
}

function openTelemetry(name: string): typeof import('@opentelemetry/api') {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as typeof import('@opentelemetry/api')
  } catch {
    throw new ConfigError('MISSING_PEER', `${name}() stands on @opentelemetry/api: npm install @opentelemetry/api@1`)
  }
}
