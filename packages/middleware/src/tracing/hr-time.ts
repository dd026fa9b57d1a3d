import type { HrTime } from '@opentelemetry/api'

/** Milliseconds since 1970 as OpenTelemetry takes them whatever they are: a small number is a performance time to it. */
export function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000)
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)]
}
