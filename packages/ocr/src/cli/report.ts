import type { Flight } from '@penstock/core'
import { conclude, waterfall } from '@penstock/core/diagnose'
import { exitCodes } from './exit-codes.ts'
import { flightsFrom } from './flights-from.ts'
import { lookOut, type Terminal } from './terminal.ts'

export type ReportFlags = {
  readonly all: boolean
  readonly ascii: boolean
  readonly json: boolean
}

/**
 * `penstock report FILE`: what a file of flights shows. The calls that failed; where none did, the slowest; or all. `-` is
 * standard input.
 */
export async function report(file: string, { all, ascii, json }: ReportFlags, terminal: Terminal): Promise<number> {
  const flights = await flightsFrom(file)
  const { out, err, say, paint } = terminal
  const shown = all ? flights : worst(flights)
  if (json) for (const flight of shown) out(JSON.stringify({ ...flight, conclusion: conclude(flight) }))
  else if (shown.length > 0)
    out(shown.map((flight) => waterfall(flight, { ...lookOut(terminal), ...(ascii && { ascii }) })).join('\n\n'))
  const failed = flights.filter(({ failure }) => failure !== undefined).length
  err(paint('dim', say('reported', { calls: String(flights.length), failed: String(failed) })))
  return exitCodes.ok
}

function worst(flights: readonly Flight[]): readonly Flight[] {
  const failed = flights.filter(({ failure }) => failure !== undefined)
  return failed.length > 0 ? failed : flights.toSorted((one, other) => other.took - one.took).slice(0, 1)
}
