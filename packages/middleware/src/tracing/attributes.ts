import type { Attributes } from '@opentelemetry/api'
import type { Call, Outcome, Trip } from '@penstock/core'
import { httpAttributes } from '../observe/http-attributes.ts'

/** `acme.read`, `GET /things/{id}`, or the method alone: few enough to be grouped by. */
export const callName = (call: Call<any>): string => call.endpoint?.id ?? requestName(call)

export function requestName(call: Call<any>): string {
  const { 'http.request.method': method } = httpAttributes(call)
  const named = method === '_OTHER' ? 'HTTP' : method
  return call.template === undefined ? named : `${named} ${call.template}`
}

/** Of a call, by the semantic conventions; ours begin with `penstock`. */
export function callFacts(call: Call<any>): Attributes {
  const { template, endpoint } = call
  return {
    ...httpAttributes(call),
    ...(template !== undefined && { 'url.template': template }),
    ...(endpoint !== undefined && { 'penstock.endpoint': endpoint.id }),
  }
}

/** Of an attempt. What a query holds may be secret, and is no part of it. */
export function attemptFacts(call: Call<any>): Attributes {
  const { method, url, attempt, ledger } = call
  const facts = callFacts(call)
  // a redirect's hops and a token's replay were requests too
  const resent = Math.max(attempt - 1, ledger.requests)
  return {
    ...facts,
    ...(facts['http.request.method'] === '_OTHER' && { 'http.request.method_original': method }),
    'url.full': url.split('?', 1)[0]!,
    ...(resent > 0 && { 'http.request.resend_count': resent }),
  }
}

/** How a span ends: a bug has no outcome. */
export function endingOf(outcome: Outcome | undefined): { readonly attributes: Attributes; readonly failed: boolean } {
  if (outcome === undefined) return { attributes: { 'error.type': 'bug' }, failed: true }
  const { verdict, code } = outcome
  const status = outcome.failed ? undefined : outcome.status
  // where no layer judges, the status does
  const failed = verdict === 'unknown' ? status !== undefined && status >= 400 : verdict !== 'ok'
  const attributes = {
    'penstock.verdict': verdict,
    ...(status !== undefined && { 'http.response.status_code': status }),
    // a status says what went wrong where there is one: so the conventions have it
    ...(failed && { 'error.type': status !== undefined && status >= 400 ? String(status) : code }),
    ...(failed && { 'penstock.code': code }),
  }
  return { attributes, failed }
}

/** Where the latest request of an attempt went, when its transport has sockets. */
export function peerFacts({ timeline }: Trip): Attributes {
  const { address, port } = timeline?.connection ?? {}
  if (address === undefined) return {}
  return { 'network.peer.address': address, ...(port !== undefined && { 'network.peer.port': port }) }
}
