import type { Instrument, InstrumentDefinition, Labels } from './instruments.ts'

type Attributes = Record<string, string | number>
type Described = { description?: string; unit?: string }

/** What is used of OpenTelemetry's `Meter`. */
export type MeterLike = {
  createCounter(name: string, options?: Described): { add(value: number, attributes?: Attributes): void }
  createGauge(name: string, options?: Described): { record(value: number, attributes?: Attributes): void }
  createHistogram(
    name: string,
    options?: Described & { advice?: { explicitBucketBoundaries?: number[] } },
  ): { record(value: number, attributes?: Attributes): void }
}

/** One instrument of a meter. */
export function ofMeter(meter: MeterLike, buckets: readonly number[]) {
  return ({ kind, name, help, unit }: InstrumentDefinition): Instrument => {
    const described = { description: help, unit }
    if (kind === 'counter') {
      const counter = meter.createCounter(name, described)
      return (value, labels) => counter.add(value, given(labels))
    }
    const recording =
      kind === 'gauge'
        ? meter.createGauge(name, described)
        : meter.createHistogram(name, { ...described, advice: { explicitBucketBoundaries: [...buckets] } })
    return (value, labels) => recording.record(value, given(labels))
  }
}

function given(labels: Labels): Attributes {
  const attributes: Attributes = {}
  for (const name in labels) if (labels[name] !== undefined) attributes[name] = labels[name]
  return attributes
}
