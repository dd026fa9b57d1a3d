import { type Call, ConfigError, layer, type Next, type Verdict, verdicts } from '@penstock/core'
import { type FallbackTo, standIn } from './fallback/stand-in.ts'

export type { FallbackTo } from './fallback/stand-in.ts'

export type FallbackOptions<Name extends string = 'fallback'> = {
  /** A pipeline of a second provider, closed with this one; or a function that gives an outcome: a stale reply, say. */
  readonly to: FallbackTo
  /** Where the second provider is. What is the first one's own, secrets above all, does not go there. @default the call's */
  readonly origin?: string
  /** What it stands in for. @default what another try may mend, a spent quota, and refusals of our own */
  readonly verdicts?: readonly Verdict[]
  /** Headers that are the first origin's own, beside those that are known to be. In any case. @default [] */
  readonly sensitiveHeaders?: readonly string[]
  /** @default 'fallback' */
  readonly name?: Name
}

/**
 * When a call has failed in a way that somebody else might not, ask somebody else: a second provider, or a function. It
 * is bound by the call's deadline, and a pipeline is one of its attempts; after the caller's abort nobody is asked. A fallback that
 * fails gives the first outcome back, for that says what is wrong; its own story hangs in the call's.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { deadline, fallback, retry, status } from '@penstock/middleware'
 *
 * const second = pipeline([retry({ retries: 1 }), status()], undiciTransport())
 * const either = fallback({ to: second, origin: 'https://api.example.net' })
 * const stack = pipeline([deadline({ after: 20_000 }), either, retry(), status()], undiciTransport())
 * ```
 */
export function fallback<const Name extends string = 'fallback'>(options: FallbackOptions<Name>) {
  const { to, sensitiveHeaders = [], name = 'fallback' as Name } = options
  if (typeof to !== 'function') throw invalid(name, 'to is none: give a pipeline, or a function that gives an outcome')
  const on = verdictsOf(options.verdicts ?? mendable, name)
  const origin = options.origin === undefined ? undefined : originOf(options.origin, name)
  const headers = new Set(sensitiveHeaders.map((header) => header.toLowerCase()))
  const asked = { to, origin, sensitiveHeaders: headers, name }
  const second = 'plan' in to ? to : undefined

  return layer({
    name,
    slot: 'fallback',
    verdicts: 'needs',
    about: origin ?? (second === undefined ? 'a function' : 'a pipeline'),
    traits: { fallback: true, waits: second?.plan().milliseconds ?? Infinity },
    close: () => second?.close(),
    async run(call: Call, next: Next) {
      const outcome = await next(call)
      return on.has(outcome.verdict) && call.over() === undefined ? standIn(call, outcome, asked) : outcome
    },
  })
}

/** Somebody else has an allowance of his own. A wrong credential is to be seen, and a bad input is as bad elsewhere. */
const mendable = (Object.keys(verdicts) as Verdict[]).filter(
  (verdict) => verdicts[verdict].again || verdict === 'quota' || verdict === 'refused',
)

function verdictsOf(given: readonly Verdict[], name: string): ReadonlySet<Verdict> {
  for (const verdict of given) {
    if (!Object.hasOwn(verdicts, verdict)) throw invalid(name, `verdicts holds ${verdict}, which is none`)
    if (['ok', 'late', 'cancelled'].includes(verdict))
      throw invalid(name, `verdicts holds ${verdict}: nobody can stand in for that`)
  }
  return new Set(given)
}

function originOf(text: string, name: string): string {
  const url = URL.parse(text)
  if (url?.origin === undefined || !/^https?:\/\/[^/?#@]+\/?$/i.test(text))
    throw invalid(name, 'origin is none: write it as https://api.example.net')
  return url.origin
}

const invalid = (name: string, because: string) => new ConfigError('CONFIG_INVALID', `${name}: ${because}`)
