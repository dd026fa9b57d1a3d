import { deadline, status, timeout } from '@penstock/middleware'
import { serving } from '../../support/loopback.ts'
import { ms, type Row, timed } from './measured.ts'
import { over, transports } from './transports.ts'

const bounds = [
  ['deadline, read by its caller', [deadline({ after: 300 })], 'CALL_DEADLINE'],
  ['timeout, read by its caller', [timeout({ after: 300 })], 'ATTEMPT_TIMEOUT'],
  ['deadline, taken in by a judge', [deadline({ after: 300 }), status()], 'CALL_DEADLINE'],
  ['timeout, taken in by a judge', [timeout({ after: 300 }), status()], 'ATTEMPT_TIMEOUT'],
] as const

/** A body that stalls after its headers ends with the time it has, ± 50 ms, and as our own timeout. */
export async function stalls(): Promise<readonly Row[]> {
  const rows: Row[] = []
  await using server = await serving((_, response) => response.write('{'))
  for (const [on, make] of transports)
    for (const [what, layers, code] of bounds) {
      await using http = over(make(), server.origin, layers)
      const ended = () => http.get('/').then((reply) => reply.text())
      const took: number[] = []
      for (let count = 0; count < 10; count++)
        took.push(
          await timed(async () => {
            const error: unknown = await ended().catch((error: unknown) => error)
            if ((error as { code?: unknown }).code !== code)
              throw new Error('A stalled body ended otherwise', { cause: error })
          }),
        )
      const [least, most] = [Math.min(...took), Math.max(...took)]
      rows.push({
        what: `a stalled body: ${what}`,
        on,
        bound: '300 ± 50 ms, each of 10',
        measured: `${ms(least)} to ${ms(most)}`,
        holds: least >= 250 && most <= 350,
      })
    }
  return rows
}
