import { decoded } from '../../decode/decoded.ts'
import { Failure, type Outcome } from '../../outcome.ts'
import type { Flight } from '../../recorder/flight.ts'

/** What its caller found when it read the answer, where that was the failure. */
export async function reading(outcome: Outcome, { failure }: Flight): Promise<Failure | undefined> {
  if (outcome.failed) return undefined
  const good = outcome.verdict === 'ok' || outcome.verdict === 'unknown'
  if (!good || failure === undefined) {
    outcome.body.discard()
    return undefined
  }
  const { code, layer, because } = failure
  // what a schema asks for is in no file
  if (code === 'REPLY_SCHEMA') return new Failure('server', code, layer, because, { phase: 'receive', sent: 'all' })
  const value = layer === 'reply' ? await decoded(outcome) : await outcome.body.read()
  return value instanceof Failure ? value : undefined
}
