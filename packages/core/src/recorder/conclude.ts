import { codeEntry } from '../codes.ts'
import type { Bilingual } from '../verdict-table.ts'
import { bodyCauses } from './causes/body.ts'
import { boundCauses } from './causes/bounds.ts'
import type { Cause } from './causes/cause.ts'
import { connectingCauses } from './causes/connecting.ts'
import { type Evidence, evidenceOf } from './causes/evidence.ts'
import { exchangeCauses } from './causes/exchange.ts'
import { ownCauses } from './causes/own.ts'
import { unlessTried } from './causes/passing.ts'
import { securityCauses } from './causes/security.ts'
import type { Flight } from './flight.ts'
import { sentence } from './notes.ts'

/** Why a call failed, in one sentence, and what to do about it. */
export type Conclusion = Bilingual & {
  /** Stable id of the cause: `certificate-expired`; the failure's own code, `qps-limit`, where that says it all. */
  readonly cause: string
  readonly fix: Bilingual
}

/** The first that fits is it: a process's own faults stand first, for they look like those of others. */
const causes: readonly Cause[] = [
  ...ownCauses,
  ...connectingCauses,
  ...securityCauses,
  ...exchangeCauses,
  ...bodyCauses,
  ...boundCauses,
]

/**
 * Why a call failed, from the evidence of its flight alone, in English and Chinese. Undefined for a call that went well or
 * still runs, and for a failure of which nothing is known but its status.
 *
 * @example
 * ```ts
 * import { flightOf } from '@penstock/core'
 * import { conclude } from '@penstock/core/diagnose'
 *
 * const why = (error: unknown) => {
 *   const flight = flightOf(error)
 *   return flight && conclude(flight)?.en
 * }
 * ```
 */
export function conclude(flight: Flight): Conclusion | undefined {
  const evidence = evidenceOf(flight)
  return evidence && (concluded(evidence) ?? ofChild(evidence) ?? byTable(evidence))
}

function concluded(evidence: Evidence): Conclusion | undefined {
  for (const { id, when, says, fix } of causes) {
    const facts = when(evidence)
    if (facts === undefined) continue
    const told = (text: Bilingual): Bilingual => ({ en: sentence(text.en, facts), zh: sentence(text.zh, facts) })
    return { cause: id, ...told(says), fix: unlessTried(evidence.flight, told(fix)) }
  }
  return undefined
}

/** A token that could not be had failed for a reason of its own. */
function ofChild({ code, flight: { children } }: Evidence): Conclusion | undefined {
  const last = code === 'TOKEN_UNAVAILABLE' ? children.at(-1) : undefined
  return last && conclude(last.flight)
}

/** What the vendor's table, or ours of codes, says of it. */
function byTable({ code, flight: { failure } }: Evidence): Conclusion | undefined {
  const known = codeEntry(code)
  const meaning = failure?.meaning ?? known?.meaning
  const fix = failure?.advice ?? known?.advice
  if (meaning === undefined || fix === undefined) return undefined
  const vendor = failure?.vendorCode
  return {
    cause: code.toLowerCase().replaceAll('_', '-'),
    en: vendor === undefined ? meaning.en : `The server says ${vendor}: ${meaning.en}`,
    zh: vendor === undefined ? meaning.zh : `服务器返回 ${vendor}：${meaning.zh}`,
    fix,
  }
}
