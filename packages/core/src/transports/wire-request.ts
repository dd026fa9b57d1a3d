import { bodyLength } from '../body.ts'
import type { Call } from '../call.ts'
import { Failure } from '../outcome.ts'
import type { Secret } from '../secret.ts'
import { checkedHeaders, type WireHeaders } from './wire-headers.ts'

/** What goes on the wire before the body. Holds revealed secrets: for the library that sends it, and nobody else. */
export type WireRequest = {
  readonly path: string
  readonly headers: WireHeaders
}

/** The path with what is secret in it. */
export function wirePath({ path, secretQuery }: Call<any>): string {
  const whole = path.startsWith('/') ? path : `/${path}`
  if (secretQuery.length === 0) return whole
  const pairs = secretQuery.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.reveal())}`)
  return `${whole}${whole.includes('?') ? '&' : '?'}${pairs.join('&')}`
}

/** Checked here, so that no library is asked to send what it would refuse, each in its own way. */
export function wireRequest(call: Call<any>, transport: string): WireRequest | Failure {
  const path = wirePath(call)
  if (!/^[\x21-\x7e]+$/.test(path))
    return invalid(transport, 'the path holds characters that a path may not: encode them')
  const { wrong, said, headers } = checkedHeaders(call.headers)
  if (wrong !== undefined) return invalid(transport, wrong)
  const { method, origin, wire } = call
  if (method === 'CONNECT') return invalid(transport, 'CONNECT makes a tunnel, and not a call')
  const length = bodyLength(call.body)
  if (method === 'HEAD' && length !== 0) return invalid(transport, 'HEAD carries no body')
  if (said !== undefined && said !== String(length))
    return invalid(transport, `the header 'content-length' is not the length of the body`)
  const tells = said === undefined && length !== undefined && (length > 0 || carriesBody.has(method))
  const all = tells ? [...headers, 'content-length', String(length)] : headers
  const { proxy, addresses } = wire
  if (proxy === undefined || !origin.startsWith('http:')) return { path, headers: all }
  if (addresses !== undefined)
    return invalid(transport, 'an http call through a proxy has no address of its own: the proxy looks its name up')
  // without a tunnel, the proxy reads where to, and who asks
  return { path: origin + path, headers: forProxy(all, proxy.authorization) }
}

function forProxy(headers: WireHeaders, authorization: Secret | undefined): WireHeaders {
  if (authorization === undefined) return headers
  const others = headers.filter((_, at) => headers[at - (at % 2)] !== 'proxy-authorization')
  return [...others, 'proxy-authorization', authorization.reveal()]
}

const invalid = (transport: string, because: string) => new Failure('input', 'REQUEST_INVALID', transport, because)

/** Methods that say so when there is no body: RFC 9110, 8.6. */
const carriesBody = new Set(['POST', 'PUT', 'PATCH'])
