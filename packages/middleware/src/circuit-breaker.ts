import {
  andThen,
  type Call,
  duration,
  lastly,
  layer,
  notes,
  onward,
  type Outcome,
  refused,
  systemChance,
  systemClock,
  verdicts,
} from '@penstock/core'
import { checked } from './circuit-breaker/checked.ts'
import { Circuit, type CircuitState, type Pass, type Times } from './circuit-breaker/circuit.ts'
import { Circuits } from './circuit-breaker/circuits.ts'
import { tellsUrlsApart } from './circuit-breaker/tells-urls-apart.ts'
import { bench } from './circuit-breaker/judge.ts'

export type { CircuitState }

export type CircuitBreakerOptions<Name extends string = 'circuitBreaker'> = {
  /** What shares a circuit: an origin, or a coarse part of one; never a whole URL. @default call => call.origin */
  readonly key?: (call: Call) => string
  /** Failures in percent of the finished attempts, above which it opens. @default 80 */
  readonly failures?: number
  /** Finished attempts in the window before it can open, at least 2. @default 10 */
  readonly volume?: number
  /** Milliseconds that are looked back on: twice an attempt's timeout at least. @default 30_000 */
  readonly window?: number
  /** Finished attempts that are looked back on at most: a busy circuit judges by the latest of its window. @default 200, twice the volume at least */
  readonly latest?: number
  /** Attempts that may be under way at once while it is half-open. @default 3 */
  readonly probes?: number
  /** Milliseconds it is open the first time; each further time twice as long. Half of it is by chance. @default 1000 */
  readonly openFor?: number
  /** Milliseconds it is open at most. @default 2000 */
  readonly maxOpenFor?: number
  /** Milliseconds a probe may take before the circuit opens again without it. @default 10_000 */
  readonly probeLease?: number
  /** Circuits that are kept at most. @default 1024 */
  readonly circuits?: number
  /** @default 'circuitBreaker' */
  readonly name?: Name
}

export type CircuitHandles = {
  /** Let nobody through to a key, until the function that comes back is called. */
  isolate(key: string): () => void
  state(key: string): CircuitState
}

const says = notes('circuitBreaker', {
  refuses: ['refuses: {state}, asks again in {wait:ms}', '拒绝：{state}，{wait:ms} 后再试'],
  isolated: ['refuses: isolated by hand', '拒绝：已手动隔离'],
  probes: ['half-open: lets this attempt through as a probe', '半开：放行本次尝试作为探测'],
  opens: ['opens for {wait:ms}: {failures} of {finished} failed', '熔断 {wait:ms}：{finished} 次中失败 {failures} 次'],
  closes: ['closes: the probe went well', '恢复：探测成功'],
  unguarded: ['passes unguarded: all {circuits} circuits are in use', '未受保护放行：{circuits} 个熔断器均在使用'],
})

/**
 * Stop sending to a server that fails. What failing means is the verdict's `blame`: a mistake of the caller, a refusal of
 * our own and a cancelled call count as nothing, and so does what was sent before the circuit opened. Refuses with
 * `CIRCUIT_OPEN` and the milliseconds after which asking again makes sense.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { circuitBreaker, retry, status, timeout } from '@penstock/middleware'
 *
 * const breaker = circuitBreaker({ window: 20_000 })
 * const stack = pipeline([retry(), breaker, timeout({ after: 10_000 }), status()], undiciTransport())
 * const release = breaker.isolate('https://api.example.com')
 * breaker.state('https://api.example.com') // isolated
 * release()
 * ```
 */
export function circuitBreaker<const Name extends string = 'circuitBreaker'>(
  options: CircuitBreakerOptions<Name> = {},
) {
  const { key = (call: Call) => call.origin, failures = 80, volume = 10, window = 30_000 } = options
  const { latest = Math.max(200, 2 * volume), probes = 3, openFor = 1000, maxOpenFor = 2000 } = options
  const { probeLease = 10_000, circuits = 1024, name = 'circuitBreaker' as Name } = options
  const limits = checked({ failures, volume, window, latest, probes, openFor, maxOpenFor, probeLease, circuits })
  const judges = bench(limits)
  const kept = new Circuits(circuits, () => new Circuit(limits, judges))
  /** Of the last call: the handles are asked outside of any. */
  let times: Times = { clock: systemClock, chance: systemChance }

  const made = layer({
    name,
    slot: 'guard',
    verdicts: 'needs',
    about: `> ${failures} % of ≥ ${volume}`,
    traits: { failures, volume, window, latest, keyedByUrl: tellsUrlsApart(key) },
    close: () => kept.forget(),
    run(call, next) {
      const { runtime } = call
      times = runtime
      const circuit = kept.of(key(call), runtime)
      if (circuit === undefined) {
        call.note(says.unguarded, { circuits }, name)
        return onward(next, call)
      }
      const pass = circuit.admit(runtime)
      if (pass === undefined) return Promise.resolve(refusal(call, circuit))
      if (pass.leasedUntil !== Infinity) call.note(says.probes, {}, name)
      return andThen(next, call, settled, circuit, pass)
    },
  })

  const settled = lastly(
    (outcome, call, circuit: Circuit, pass: Pass) => {
      const turn = circuit.settle(pass, healthy(outcome), call, call.now())
      if (turn === 'opens') call.note(says.opens, { ...circuit.counts, wait: circuit.wait(call.runtime) }, name)
      if (turn === 'closes') call.note(says.closes, {}, name)
      return outcome
    },
    (_, call, circuit, pass) => void circuit.settle(pass, undefined, call),
  )

  function refusal(call: Call, circuit: Circuit): Outcome {
    const state = circuit.state(call.runtime)
    if (state === 'isolated') {
      call.note(says.isolated, {}, name)
      return refused('CIRCUIT_OPEN', name, 'the circuit is isolated by hand')
    }
    const { counts } = circuit
    const wait = circuit.wait(call.runtime)
    call.note(says.refuses, { state, wait, ...counts }, name)
    const because = `the circuit is ${state}: ${counts.failures} of ${counts.finished} attempts had failed`
    return refused('CIRCUIT_OPEN', name, `${because}, ask again in ${duration(wait)}`, wait)
  }

  const handles: CircuitHandles = {
    isolate: (key) => kept.isolate(key, times),
    state: (key) => kept.peek(key)?.state(times) ?? 'closed',
  }
  return Object.assign(made, handles)
}

/** Undefined when it says nothing about the server. */
function healthy({ verdict }: Outcome): boolean | undefined {
  const { healthy, blame } = verdicts[verdict]
  return healthy || (blame === 'server' ? false : undefined)
}
