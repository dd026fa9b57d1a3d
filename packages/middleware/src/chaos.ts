import {
  type Call,
  ConfigError,
  type Handler,
  layer,
  type Next,
  notes,
  type Outcome,
  type VerdictTable,
} from '@penstock/core'
import { type Fault, struck, wrongWith } from './chaos/fault.ts'

export type ChaosOptions<Name extends string = 'chaos'> = {
  /** Each happens to a share of requests, from 0 to 1, whatever else does; of several the first is outermost. @default none */
  readonly faults?: readonly (Fault & { readonly rate: number })[]
  /** Instead: one element a request, in the order in which they come. @default none */
  readonly script?: readonly (Fault | readonly Fault[])[]
  /** What becomes of requests when the script is over. @default 'pass' */
  readonly afterwards?: 'pass' | 'repeat'
  /** Which requests it may happen to; the others are not counted. @default all */
  readonly only?: (call: Call) => boolean
  /** The vendor's codes, for calls whose endpoint names none. @default none */
  readonly verdicts?: VerdictTable
  /** @default 'chaos' */
  readonly name?: Name
}

/** What one call may have instead: `layers: { chaos: { script: [{ fault: 'status', status: 503 }] } }`. */
export type ChaosPerCall = Pick<ChaosOptions, 'faults' | 'script' | 'afterwards'>

const says = notes('chaos', { strikes: ['CHAOS: {fault}, by a script', 'CHAOS（注入故障）：{fault}'] })

/**
 * Let things go wrong, by a script: for tests, and for trying a stack out. Slow, broken and truncated answers, statuses,
 * codes of a vendor and wrong clocks happen to a share of requests, or one after the other. The same seed of the client's
 * `chance` makes the same faults. The plan says `CHAOS`, and every fault is a note.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { chaos } from '@penstock/middleware'
 *
 * const rough = chaos({ faults: [{ fault: 'latency', milliseconds: 200, jitter: 300, rate: 0.3 }, { fault: 'reset', rate: 0.05 }] })
 * ```
 */
export function chaos<const Name extends string = 'chaos'>(options: ChaosOptions<Name> = {}) {
  const { only = everyCall, verdicts, name = 'chaos' as Name } = options
  const about = { name, verdicts }

  return layer({
    name,
    slot: 'wire',
    about: `CHAOS ${planned(options)}`,
    traits: { chaos: true },
    run: running(drawing(checked(options, name))),
    override: (own: ChaosPerCall) => running(drawing(checked(own, name))),
  })

  function running(draw: (call: Call) => readonly Fault[]) {
    return (call: Call, next: Next): Promise<Outcome> => {
      if (!only(call)) return next(call)
      const happening = draw(call).filter(({ fault }) => fault !== 'none')
      for (const { fault } of happening) call.note(says.strikes, { fault }, name)
      const inner: Handler = (given) => next(given)
      return happening.reduceRight<Handler>((rest, fault) => (given) => struck(given, rest, fault, about), inner)(call)
    }
  }
}

const everyCall = () => true

/** What happens to the next request. Chance is asked once for every fault, so that one seed makes one story. */
function drawing({ faults = [], script, afterwards = 'pass' }: ChaosPerCall): (call: Call) => readonly Fault[] {
  if (script === undefined) return (call) => faults.filter(({ rate }) => call.chance() < rate)
  let count = 0
  return () => {
    const now = script[afterwards === 'repeat' ? count++ % script.length : count++]
    return now === undefined ? [] : [now].flat()
  }
}

function planned({ faults = [], script, afterwards = 'pass' }: ChaosPerCall): string {
  if (script !== undefined) return `script of ${script.length}, then ${afterwards}`
  return faults.map(({ fault, rate }) => `${fault} ${Math.round(rate * 1000) / 10} %`).join(', ') || 'none'
}

function checked(options: ChaosPerCall, name: string): ChaosPerCall {
  const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `${name}: ${because}`)
  const { faults = [], script = [], afterwards = 'pass' } = options
  if (options.faults !== undefined && options.script !== undefined) throw invalid('give faults or a script, not both')
  if (!['pass', 'repeat'].includes(afterwards)) throw invalid(`afterwards is ${afterwards}: give 'pass' or 'repeat'`)
  for (const fault of [...faults, ...script.flat()]) {
    const wrong = wrongWith(fault)
    if (wrong !== undefined) throw invalid(wrong)
  }
  for (const { fault, rate } of faults)
    if (!(rate >= 0 && rate <= 1)) throw invalid(`${fault}: rate is ${rate}: give a number from 0 to 1`)
  return options
}
