import { appendFileSync } from 'node:fs'
import type { Flight } from '../flight.ts'
import { gate } from '../gate/gate.ts'

/** A file that lines are added to, or something to write them to. */
export type DumpTo = string | URL | { write(text: string): unknown; on?(event: 'error', listener: () => void): unknown }

/**
 * Writes flights, a line each; says whether it could.
 *
 * @param most bytes in all
 */
export function dumping(to: DumpTo, most: number): (flight: Flight) => boolean {
  let left = most
  const write = writer(to)
  return (flight) => {
    try {
      const line = gate(
        typeof to === 'object' && 'write' in to ? 'the stream' : String(to),
        `${JSON.stringify(flight)}\n`,
      )
      const bytes = Buffer.byteLength(line)
      if (bytes > left) return false
      left -= bytes
      write(line)
      return true
    } catch {
      return false
    }
  }
}

function writer(to: DumpTo): (line: string) => unknown {
  if (typeof to === 'string' || to instanceof URL) return (line) => appendFileSync(to, line, { mode: 0o600 })
  // an error that nobody hears ends the process
  to.on?.('error', () => {})
  return (line) => to.write(line)
}
