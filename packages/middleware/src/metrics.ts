import { type Call, ConfigError, layer, type Outcome } from '@penstock/core'
import { advisedBuckets, instrumentsOf } from './metrics/instruments.ts'
import { metricsServer, type MetricsServer } from './metrics/metrics-server.ts'
import { type MeterLike, ofMeter } from './metrics/opentelemetry.ts'
import { inRegistry, newRegistry, type RegistryLike } from './metrics/prometheus.ts'
import { Recording } from './metrics/recording.ts'
import { operationOf } from './observe/operation-of.ts'

export type { MeterLike, MetricsServer, RegistryLike }

export type MetricsOptions<Name extends string = 'metrics'> = {
  /** OpenTelemetry's, to record into instead of Prometheus' registry: `metrics.getMeter('app')`, once its provider is set. @default none */
  readonly meter?: MeterLike
  /** prom-client's, to stand in one with other metrics of the program. @default one of its own, never the global one */
  readonly registry?: RegistryLike
  /** Before all names but `http.client.request.duration`. @default 'ocr' */
  readonly prefix?: string
  /** Upper bounds of the histograms, in seconds. @default those that OpenTelemetry advises, 0.005 to 10 */
  readonly buckets?: readonly number[]
  /** What a call does, in few words and without its values. @default its endpoint's id, else the template of its path, else 'other' */
  readonly operation?: (call: Call<any>) => string | undefined
  /** Operations, servers and codes that are told apart; those that come later are 'other'. @default 100 */
  readonly distinct?: number
  /** @default 'metrics' */
  readonly name?: Name
}

export type MetricsHandles = {
  /** Everything, as Prometheus reads it. @throws ConfigError `CONFIG_INVALID` with a `meter`, which has exporters of its own */
  text(): Promise<string>
  /**
   * Answer Prometheus under `/metrics`, until the pipeline is closed.
   * @param port 0 for any that is free
   * @param options `host` @default '127.0.0.1'
   * @throws ConfigError `CONFIG_INVALID` with a `meter`, or when the port is taken
   */
  listen(port: number, options?: { readonly host?: string }): Promise<MetricsServer>
  /** Records that could not be made: an observer breaks no call. */
  readonly dropped: number
}

/**
 * Count and measure: calls by operation, vendor and verdict, every request that is sent by attempt and status as
 * OpenTelemetry's semantic conventions have it, retries, waits, and what layers decide. For Prometheus by prom-client, or
 * into a Meter of OpenTelemetry.
 *
 * @throws ConfigError `MISSING_PEER` when there is neither a meter nor prom-client; `CONFIG_INVALID`
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { metrics, retry, status } from '@penstock/middleware'
 *
 * const measured = metrics()
 * const stack = pipeline([measured, retry(), status()], undiciTransport())
 * const { url } = await measured.listen(0) // http://127.0.0.1:…/metrics
 * await stack.close()
 * ```
 */
export function metrics<const Name extends string = 'metrics'>(options: MetricsOptions<Name> = {}) {
  const { meter, prefix = 'ocr', buckets = advisedBuckets, operation = operationOf, distinct = 100 } = options
  const { name = 'metrics' as Name } = options
  const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `${name}: ${because}`)
  if (!/^[a-z]\w*$/i.test(prefix)) throw invalid(`prefix is '${prefix}': give letters, digits and _`)
  if (!(distinct >= 1)) throw invalid(`distinct is ${distinct}: give a number from 1 up`)
  if (!buckets.every((bound, index) => bound > (buckets[index - 1] ?? 0)))
    throw invalid('buckets do not rise: give seconds above zero, the smallest first')
  if (meter !== undefined && options.registry !== undefined)
    throw invalid('there are a meter and a registry: give one of them')
  const registry = meter === undefined ? (options.registry ?? newRegistry(name)) : undefined
  const make = registry === undefined ? ofMeter(meter!, buckets) : inRegistry(registry, buckets, name)
  const open = new Set<MetricsServer>()
  let dropped = 0
  // each by itself: one that throws is no reason to leave out what the others would say
  const instruments = instrumentsOf(prefix, (definition) => {
    const instrument = make(definition)
    return (value, labels) => guarded(() => instrument(value, labels))
  })
  const recording = new Recording(instruments, (call) => guarded(() => operation(call)), distinct)

  function guarded<Value>(record: () => Value): Value | undefined {
    try {
      return record()
    } catch {
      dropped++
      return undefined
    }
  }

  function readable(): RegistryLike {
    if (registry !== undefined) return registry
    throw invalid('what goes into a meter is read by its exporters')
  }

  const made = layer({
    name,
    slot: 'observe',
    about: registry === undefined ? 'OpenTelemetry' : 'Prometheus',
    async close() {
      await Promise.all([...open].map((server) => server.close()))
    },
    async run(call: Call, next) {
      let outcome: Outcome | undefined
      try {
        return (outcome = await next(call))
      } finally {
        recording.call(call, outcome)
      }
    },
    async attempt(call, next) {
      const { ledger } = call
      ledger.timed = true
      const from = ledger.trips.length
      let outcome: Outcome | undefined
      try {
        return (outcome = await next(call))
      } finally {
        recording.attempt(call, outcome, from)
      }
    },
  })

  const text = async () => readable().metrics()
  async function listen(port: number, { host = '127.0.0.1' }: { readonly host?: string } = {}): Promise<MetricsServer> {
    const server = await metricsServer({ contentType: readable().contentType, text }, port, host, name)
    open.add(server)
    return server
  }
  return Object.defineProperty(Object.assign(made, { text, listen }) as typeof made & MetricsHandles, 'dropped', {
    get: () => dropped,
  })
}
