import type { Secret } from '../secret.ts'
import { explain } from './explain.ts'
import { flightOf } from './flight.ts'
import { environmentSecrets } from './gate/environment-secrets.ts'
import type { Ledger, Level } from './ledger.ts'
import { listen } from './listeners.ts'

let asked: string | undefined
/** Masked as long as they are held: a program that is looked at from outside need not have said which secrets it has. */
const held: Secret[] = []

/**
 * What PENSTOCK_DIAGNOSE asks for, read when the first client of a process is made. Costs nothing unless it is set: the
 * views are loaded then.
 *
 * @returns the level to record at: that of the code, or a higher one
 */
export function diagnosed(level: Level): Level {
  if (asked === undefined) {
    asked = process.env['PENSTOCK_DIAGNOSE']?.trim() ?? ''
    if (asked !== '' && asked !== 'off') begin(asked)
  }
  if (asked === '' || asked === 'off') return level
  if (/(^|,)\s*all\s*(,|$)/.test(asked)) return level === 'wire' ? level : 'all'
  return level === 'off' ? 'errors' : level
}

/** A process may die of its first failure before the views are there: what failed is told then as the front door can. */
function begin(words: string): void {
  held.push(...environmentSecrets(process.env))
  const early: Ledger[] = []
  const waiting = listen((ledger) => early.push(ledger))
  const last = () => {
    for (const ledger of early.filter(({ end }) => end !== undefined))
      process.stderr.write(`${words.includes('json') ? JSON.stringify(flightOf(ledger)) : explain(ledger)}\n`)
  }
  process.once('exit', last)
  const ready = () => {
    process.off('exit', last)
    waiting.stop()
  }
  // a bundle may have left the views out
  load(words, early, ready).catch(() => waiting.stop())
}

async function load(words: string, early: readonly Ledger[], ready: () => void): Promise<void> {
  const { diagnosing } = await import('./environment/diagnosing.ts')
  const tell = diagnosing(words)
  ready()
  listen(tell)
  for (const ledger of early) tell(ledger)
}
