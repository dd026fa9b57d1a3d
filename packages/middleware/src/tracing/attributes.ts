import type { Attributes } from '@opentelemetry/api'
import type { Call, Outcome } from '@penstock/core'

/** Of a call, by the semantic conventions; ours begin with `penstock`. */
export const callFacts = (call: Call<any>): Attributes => ({
  'http.request.method': call.method,
  'server.address': new URL(call.origin).hostname,
  ...(call.endpoint !== undefined && { 'penstock.endpoint': call.endpoint.id }),
})

/** Of an attempt. What a query holds may be secret, and is no part of it. */
export function attemptFacts(call: Call<any>): Attributes {
  const { protocol, hostname, port } = new URL(call.origin)
  return {
    'http.request.method': call.method,
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    'url.full': call.url.split('?', 1)[0]!,
    ...(call.attempt > 1 && { 'http.request.resend_count': call.attempt - 1 }),
  }
}

/** How a span ends: a bug has no outcome. */
export function endingOf(outcome: Outcome | undefined): { readonly attributes: Attributes; readonly failed: boolean } {
  if (outcome === undefined) return { attributes: { 'error.type': 'bug' }, failed: true }
  const failed = outcome.verdict !== 'ok' && outcome.verdict !== 'unknown'
  const attributes = {
    'penstock.verdict': outcome.verdict,
    ...(!outcome.failed && { 'http.response.status_code': outcome.status }),
    ...(failed && { 'error.type': outcome.code }),
  }
  return { attributes, failed }
}

/** What layers decided, as events at the time they did. */
export function decisions({ ledger, clock }: Call<any>): readonly { id: string; facts: Attributes; at: Date }[] {
  const begun = clock.date() - ledger.elapsed()
  return (ledger.notes ?? []).map(({ kind, attempt, facts, at }) => ({
    id: kind.id,
    facts: { attempt, ...facts } as Attributes,
    at: new Date(begun + at),
  }))
}
