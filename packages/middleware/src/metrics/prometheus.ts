import { createRequire } from 'node:module'
import { ConfigError } from '@penstock/core'
import type { Instrument, InstrumentDefinition, Labels } from './instruments.ts'

/** What is used of prom-client's `Registry`. */
export type RegistryLike = {
  readonly contentType: string
  metrics(): Promise<string>
  getSingleMetric(name: string): unknown
  registerMetric(metric: any): void
}

/** A registry of its own: prom-client's global one belongs to the program. */
export const newRegistry = (name: string): RegistryLike => new (library(name).Registry)()

/** One instrument in a registry. One that stands there already, from another layer, is shared. */
export function inRegistry(registry: RegistryLike, buckets: readonly number[], name: string) {
  const { Counter, Gauge, Histogram } = library(name)
  return ({ kind, name: dotted, help, unit, labels }: InstrumentDefinition): Instrument => {
    const shownAs = exposed(dotted, kind, unit)
    const labelNames = labels.map(underscored)
    const known = registry.getSingleMetric(shownAs)
    if (known !== undefined && !isOurs(known, kind, labelNames))
      throw new ConfigError('CONFIG_INVALID', `${name}: the registry has another ${shownAs}: give one of its own`)
    const settings = {
      name: shownAs,
      help,
      labelNames,
      registers: [registry],
    }
    if (kind === 'counter') {
      const counter = known ?? new Counter(settings)
      return (value, given) => counter.inc(shown(given), value)
    }
    if (kind === 'gauge') {
      const gauge = known ?? new Gauge(settings)
      return (value, given) => gauge.set(shown(given), value)
    }
    const histogram = known ?? new Histogram({ ...settings, buckets: [...buckets] })
    return (value, given) => histogram.observe(shown(given), value)
  }
}

/** Of another layer's making, and not of some other library's with the same idea of a name. */
function isOurs(known: any, kind: string, labelNames: readonly string[]): boolean {
  return known.type === kind && String(known.labelNames) === String(labelNames)
}

/** As OpenTelemetry's exporter for Prometheus would name it. */
function exposed(name: string, kind: InstrumentDefinition['kind'], unit: string): string {
  if (kind === 'counter') return `${underscored(name)}_total`
  return unit === 's' ? `${underscored(name)}_seconds` : underscored(name)
}

const underscored = (name: string) => name.replaceAll('.', '_')

function shown(labels: Labels): Record<string, string | number> {
  const given: Record<string, string | number> = {}
  for (const name in labels) if (labels[name] !== undefined) given[underscored(name)] = labels[name]
  return given
}

function library(name: string) {
  try {
    return createRequire(import.meta.url)('prom-client')
  } catch {
    throw new ConfigError('MISSING_PEER', `${name}() needs prom-client, or a meter: npm install prom-client@15`)
  }
}
