import type { PenstockError } from '../errors.ts'
import { conclude } from '../recorder/conclude.ts'
import { flightOf } from '../recorder/flight.ts'

/** What is known of a failed call, as facts for a finding that says `{en}` and `{zh}` and mends by `{fix}` and `{fixZh}`. */
export function whyOf(error: PenstockError) {
  const flight = flightOf(error)
  const why = flight && conclude(flight)
  return {
    code: error.code,
    en: why?.en ?? error.message,
    zh: why?.zh ?? error.zh.message,
    fix: why?.fix.en ?? error.hint,
    fixZh: why?.fix.zh ?? error.zh.hint,
  }
}
