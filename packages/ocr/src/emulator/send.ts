import type { ServerResponse } from 'node:http'
import type { EmulatorClock } from './clock.ts'
import type { Fault } from './faults.ts'
import type { Answer } from './reply.ts'

/** Writes an answer, whole or as the fault spoils it. */
export const send = async (
  response: ServerResponse,
  { status, headers, body }: Answer,
  fault: Fault | undefined,
  clock: EmulatorClock,
  signal: AbortSignal,
): Promise<void> => {
  const bytes = Buffer.from(fault?.kind === 'empty' ? '' : body)
  const skew = fault?.kind === 'skew' ? (fault.ms ?? -7_200_000) : 0
  const date = new Date(clock.now() + skew).toUTCString()
  response.writeHead(status, { ...headers, 'content-length': bytes.length, date })
  if (fault?.kind === 'truncate') {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
    return
  }
  if (fault?.kind === 'slow') {
    const size = Math.ceil(bytes.length / 10)
    for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
      response.write(bytes.subarray(at, at + size))
      await clock.wait((fault.ms ?? 2000) / 10, signal)
    }
    response.end()
    return
  }
  response.end(bytes)
}
