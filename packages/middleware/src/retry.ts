import { ConfigError, duration, layer } from '@penstock/core'
import { originBudget } from './repeat/origin-budget.ts'
import { repeating, type Settings } from './retry/repeating.ts'

export type RetryOptions<Name extends string = 'retry'> = {
  /** Tries after the first one. @default 3 */
  readonly retries?: number
  /** Milliseconds before the first retry at most; each wait is drawn from zero up to a ceiling that doubles. @default 100 */
  readonly delay?: number
  /** The highest ceiling, in milliseconds. A server that asks for more gets it. @default 20_000 */
  readonly maxDelay?: number
  /** Retries that all calls to one origin may make between two successes. `Infinity` lifts the bound. @default 4 */
  readonly budget?: number
  /** Bytes of a body from a stream that are kept, so that it can be sent again. @default 16_777_216 */
  readonly buffer?: number
  /** @default 'retry' */
  readonly name?: Name
}

/** What one call may have otherwise: `layers: { retry: { retries: 0 } }`. */
export type RetryPerCall = Pick<RetryOptions, 'retries' | 'delay' | 'maxDelay'>

/**
 * Send again what another try may mend: by verdict and by what the wire says was sent, after a random wait, never sooner
 * than the server asks, and only if the wait fits the deadline. Every no is a note with its reason. Fails with nothing of
 * its own: the last outcome comes out as it came in.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { deadline, retry, status } from '@penstock/middleware'
 *
 * const stack = pipeline([deadline({ after: 30_000 }), retry({ retries: 2 }), status()], undiciTransport())
 * ```
 */
export function retry<const Name extends string = 'retry'>(options: RetryOptions<Name> = {}) {
  const { name = 'retry' as Name, retries = 3, delay = 100, maxDelay = 20_000, budget = 4 } = options
  const settings = checked({ retries, delay, maxDelay, budget, buffer: options.buffer ?? 16 * 1024 * 1024 }, name)
  const origins = originBudget(budget)

  return layer({
    name,
    slot: 'repeat',
    calls: 'many',
    verdicts: 'needs',
    about: `${retries}, ${duration(delay)}–${duration(maxDelay)}`,
    traits: { attempts: retries + 1, waits: longestWaits(settings), buffer: settings.buffer },
    run: repeating(settings, origins, name),
    override: (own: RetryPerCall) => repeating(checked(withOwn(settings, own), name), origins, name),
  })
}

const withOwn = (
  { retries, delay, maxDelay, ...rest }: Settings,
  { retries: tries = retries, delay: first = delay, maxDelay: most = maxDelay }: RetryPerCall,
): Settings => ({ ...rest, retries: tries, delay: first, maxDelay: most })

function checked(settings: Settings, name: string): Settings {
  for (const [option, value] of Object.entries(settings))
    if (typeof value !== 'number' || !(value >= 0))
      throw invalid(name, `${option} is ${value}: give a number from zero up`)
  const { retries, delay } = settings
  if (!Number.isInteger(retries)) throw invalid(name, `retries is ${retries}: give a whole number`)
  if (delay === Infinity) throw invalid(name, 'delay is Infinity: give a number of milliseconds')
  return settings
}

/** What all waits come to at most, when no server asks for more. */
function longestWaits({ retries, delay, maxDelay }: Settings): number {
  let sum = 0
  for (let made = 0; made < retries && sum < Infinity; made++) {
    const ceiling = delay * 2 ** made
    if (ceiling >= maxDelay) return sum + (retries - made) * maxDelay
    sum += ceiling
  }
  return sum
}

const invalid = (name: string, because: string) => new ConfigError('CONFIG_INVALID', `${name}: ${because}`)
