import type { Bilingual } from '../../verdict-table.ts'
import type { Flight } from '../flight.ts'

type Pair = readonly [en: string, zh: string]

const advice: Pair = ['Usually passing: put retry() in the stack.', '多为瞬时故障：在栈中加入 retry()。']

/** The fix of what another try mends mostly, and what to do when it stays. */
export const passing = (en: string, zh: string): Pair => [`${advice[0]} ${en}`.trim(), `${advice[1]}${zh}`]

/** Who has retried is not told to: what stays is what has to be looked at. */
export function unlessTried({ attempts, notes }: Flight, { en, zh }: Bilingual): Bilingual {
  if (!notes.some(({ id }) => id === 'retry.waits')) return { en, zh }
  return {
    en: en.replace(advice[0], `It stayed through ${attempts} attempts.`),
    zh: zh.replace(advice[1], `共 ${attempts} 次尝试均未成功。`),
  }
}
