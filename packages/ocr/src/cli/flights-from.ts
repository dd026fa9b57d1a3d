import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import type { Flight } from '@penstock/core'
import { readFlights } from '@penstock/core/diagnose'

/** The flights of a file; `-` is standard input, waited for. @throws FlightFileError `FLIGHT_FILE` */
export async function flightsFrom(file: string): Promise<Flight[]> {
  // a URL, so that no odd path is taken for the text itself
  return readFlights(file === '-' ? await text(process.stdin) : pathToFileURL(file))
}
