import { conclude } from './conclude.ts'
import type { Language } from './explain.ts'
import type { Flight } from './flight.ts'
import { masked } from './gate/masked.ts'
import { printable } from './printable.ts'
import { timetable } from './timetable.ts'

export type FlightLineOptions = {
  /** Of the hint; keys and codes are never translated. @default 'en' */
  readonly lang?: Language
}

/**
 * A call in one line of logfmt: how it ended, after how much, where the time went, why, and what to do. Times in milliseconds.
 *
 * @example
 * ```ts
 * import { onFlight, flightLine } from '@penstock/core/diagnose'
 *
 * onFlight((call) => call.failed && process.stderr.write(`${flightLine(call.flight)}\n`))()
 * ```
 */
export function flightLine(flight: Flight, { lang = 'en' }: FlightLineOptions = {}): string {
  const { id, startedAt, method, url, endpoint, verdict, failure, running, attempts, trips, took } = flight
  const { sums, unaccounted } = timetable(flight)
  const concluded = conclude(flight)
  const fields = {
    time: startedAt,
    level: failure === undefined ? 'info' : 'error',
    call: id,
    method,
    url,
    endpoint,
    outcome: failure?.code ?? (running ? 'running' : verdict),
    verdict: failure && verdict,
    layer: failure?.layer,
    status: trips.at(-1)?.status,
    vendor_code: failure?.vendorCode,
    attempts,
    requests: trips.length,
    total_ms: rounded(took),
    wait_ms: rounded(sums.layer),
    unaccounted_ms: rounded(unaccounted),
    cause: concluded?.cause,
    because: concluded?.[lang] ?? failure?.because,
    hint: concluded?.fix[lang],
  }
  const told = Object.entries(fields).filter(([, value]) => value !== undefined)
  return masked(told.map(([key, value]) => `${key}=${quoted(String(value))}`).join(' '))
}

const rounded = (milliseconds: number) => Math.round(milliseconds * 10) / 10

/** One line, whatever stands in it; nothing in it steers a terminal. */
function quoted(value: string): string {
  if (/^[^\s"=\\\p{C}]+$/u.test(value)) return value
  return printable(JSON.stringify(value))
}
