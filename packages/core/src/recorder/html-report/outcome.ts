import type { Bilingual } from '../../verdict-table.ts'
import { conclude } from '../conclude.ts'
import type { Flight } from '../flight.ts'
import { duration } from '../notes.ts'
import { words } from './words.ts'

/** How a call ended, as every part of the page tells it. */
export type Outcome = {
  readonly is: 'failed' | 'running' | 'fine'
  readonly mark: string
  /** A code, a verdict, or that it runs. */
  readonly name: string
  readonly why: Bilingual
  readonly fix: Bilingual | undefined
}

export function outcomeOf(flight: Flight): Outcome {
  const { failure, running, verdict = 'running', took, trips } = flight
  if (failure !== undefined) {
    const plain = `${failure.layer}: ${failure.because}`
    const { fix, ...why } = conclude(flight) ?? { en: plain, zh: plain, fix: undefined }
    return { is: 'failed', mark: '✗', name: failure.code, why, fix }
  }
  if (running) return { is: 'running', mark: '…', name: 'running', why: words.runs(duration(took)), fix: undefined }
  const status = trips.at(-1)?.status
  const why = status === undefined ? words.wentWell(duration(took)) : words.went(String(status), duration(took))
  return { is: 'fine', mark: '✓', name: verdict, why, fix: undefined }
}
