import type { Flight } from '@penstock/core'
import { conclude, curl, har, htmlReport, printable, waterfall } from '@penstock/core/diagnose'
import { exitCodes } from './exit-codes.ts'
import { flightsFrom } from './flights-from.ts'
import { newFile } from './new-file.ts'
import { lookOut, type Terminal } from './terminal.ts'

export type ReportFlags = {
  readonly all: boolean
  readonly ascii: boolean
  readonly json: boolean
  /** The calls shown as command lines. */
  readonly curl: boolean
  /** Where the calls shown go as HAR 1.2; `-` is standard output. */
  readonly har?: string
  /** Where they go as a page; `-` is standard output. */
  readonly html?: string
  /** Write over a file that is there. */
  readonly force: boolean
}

/**
 * `penstock report FILE`: what a file of flights shows. The calls that failed; where none did, the slowest; or all. `-` is
 * standard input.
 */
export async function report(file: string, flags: ReportFlags, terminal: Terminal): Promise<number> {
  const flights = await flightsFrom(file)
  const { out, err, say, paint, language } = terminal
  const shown = flags.all ? flights : worst(flights)
  const files = [
    { path: flags.html, text: () => htmlReport(shown, { lang: language }) },
    { path: flags.har, text: () => printable(JSON.stringify(har(shown), undefined, 2)) },
  ]
  for (const { path, text } of files) {
    if (path === undefined) continue
    const code = await newFile(path, text(), flags.force, terminal)
    if (code !== exitCodes.ok) return code
  }
  if (files.every(({ path }) => path === undefined)) for (const text of printed(shown, flags, terminal)) out(text)
  const failed = flights.filter(({ failure }) => failure !== undefined).length
  err(paint('dim', say('reported', { calls: String(flights.length), failed: String(failed) })))
  return exitCodes.ok
}

function printed(flights: readonly Flight[], { ascii, json, curl: lines }: ReportFlags, terminal: Terminal): string[] {
  if (lines) return flights.map((flight) => curl(flight))
  if (json) return flights.map((flight) => printable(JSON.stringify({ ...flight, conclusion: conclude(flight) })))
  const pictures = flights.map((flight) => waterfall(flight, { ...lookOut(terminal), ...(ascii && { ascii }) }))
  return pictures.length > 0 ? [pictures.join('\n\n')] : []
}

function worst(flights: readonly Flight[]): readonly Flight[] {
  const failed = flights.filter(({ failure }) => failure !== undefined)
  return failed.length > 0 ? failed : flights.toSorted((one, other) => other.took - one.took).slice(0, 1)
}
