import type { Level } from '@penstock/core'
import { onFlight, waterfall } from '@penstock/core/diagnose'
import { look, type Terminal } from './terminal.ts'

export const diagnoseLevels = ['off', 'errors', 'all'] as const satisfies readonly Level[]

/** `--diagnose` alone is `--diagnose=errors`: what stands after it is a file, not a level. */
export function withLevels(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, index) => (word === '--diagnose' && (end === -1 || index < end) ? '--diagnose=errors' : word))
}

/** What is asked for; undefined where nothing is, or the command will refuse it. */
export function levelIn(argv: readonly string[]): Level | undefined {
  const asked = argv.findLast((word) => word.startsWith('--diagnose='))?.slice('--diagnose='.length)
  return diagnoseLevels.find((level) => level === asked)
}

/** Draws on `err` the calls that fail, or all of them, until it is told to stop. */
export function diagnose(level: Level | undefined, terminal: Terminal): () => Promise<void> {
  if (level === undefined || level === 'off') return async () => {}
  const { err } = terminal
  const stop = onFlight((call) => {
    if (call.failed || level === 'all') err(`${waterfall(call.flight, look(terminal))}\n`)
  })
  return async () => {
    // the last calls are told of in the turn after
    await new Promise(setImmediate)
    stop()
  }
}
