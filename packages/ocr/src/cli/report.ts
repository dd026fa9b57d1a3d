import { writeFile } from 'node:fs/promises'
import type { Flight } from '@penstock/core'
import { conclude, curl, gate, har, htmlReport, waterfall } from '@penstock/core/diagnose'
import { exitCodes } from './exit-codes.ts'
import { flightsFrom } from './flights-from.ts'
import { lookOut, type Terminal } from './terminal.ts'
import { written } from './written.ts'

export type ReportFlags = {
  readonly all: boolean
  readonly ascii: boolean
  readonly json: boolean
  /** The calls shown as HAR 1.2. */
  readonly har: boolean
  /** The calls shown as command lines. */
  readonly curl: boolean
  /** Where the calls shown go as a page; `-` is standard output. */
  readonly html?: string
}

/**
 * `penstock report FILE`: what a file of flights shows. The calls that failed; where none did, the slowest; or all. `-` is
 * standard input.
 */
export async function report(file: string, flags: ReportFlags, terminal: Terminal): Promise<number> {
  const { all, ascii, json } = flags
  const flights = await flightsFrom(file)
  const { out, err, say, paint } = terminal
  const shown = all ? flights : worst(flights)
  if (flags.html !== undefined) {
    const code = await page(shown, flags.html, terminal)
    if (code !== exitCodes.ok) return code
  } else if (flags.har) out(JSON.stringify(har(shown), undefined, 2))
  else if (flags.curl) for (const flight of shown) out(curl(flight))
  else if (json) for (const flight of shown) out(JSON.stringify({ ...flight, conclusion: conclude(flight) }))
  else if (shown.length > 0)
    out(shown.map((flight) => waterfall(flight, { ...lookOut(terminal), ...(ascii && { ascii }) })).join('\n\n'))
  const failed = flights.filter(({ failure }) => failure !== undefined).length
  err(paint('dim', say('reported', { calls: String(flights.length), failed: String(failed) })))
  return exitCodes.ok
}

/** The versions of this process are not those of the one that wrote the file, and are left out. */
async function page(flights: readonly Flight[], path: string, terminal: Terminal): Promise<number> {
  const text = gate(path, htmlReport(flights, { lang: terminal.language }))
  if (path !== '-') return written(path, () => writeFile(path, text), terminal)
  terminal.out(text)
  return exitCodes.ok
}

function worst(flights: readonly Flight[]): readonly Flight[] {
  const failed = flights.filter(({ failure }) => failure !== undefined)
  return failed.length > 0 ? failed : flights.toSorted((one, other) => other.took - one.took).slice(0, 1)
}
