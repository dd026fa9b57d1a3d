import { bodyLength } from '../body.ts'
import type { Call } from '../call.ts'
import { revealed } from '../headers.ts'
import { Failure } from '../outcome.ts'

/** What goes on the wire before the body. Holds revealed secrets: for the library that sends it, and nobody else. */
export type WireRequest = {
  readonly path: string
  readonly headers: Record<string, string | readonly string[]>
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
  const headers = revealed(call.headers)
  for (const name in headers) {
    if (!names.has(name) && !isToken.test(name)) return invalid(transport, 'a header has a name that is not a token')
    if (ours.has(name)) return invalid(transport, `the header '${name}' is the transport's own: leave it out`)
    const value = headers[name]
    if (typeof value === 'string' && isText.test(value)) continue
    const values: readonly unknown[] = [value].flat()
    if (values.some((one) => typeof one === 'string' && /[\r\n]/.test(one)))
      return invalid(transport, `the header '${name}' holds a line break`)
    if (!values.every((one) => typeof one === 'string' && isText.test(one)))
      return invalid(transport, `the header '${name}' holds characters that a header may not`)
  }
  if (call.method === 'CONNECT') return invalid(transport, 'CONNECT makes a tunnel, and not a call')
  headers['accept-encoding'] ??= 'gzip, deflate, br, zstd'
  const length = bodyLength(call.body)
  if (call.method === 'HEAD' && length !== 0) return invalid(transport, 'HEAD carries no body')
  const said = headers['content-length']
  if (said !== undefined && said !== String(length))
    return invalid(transport, `the header 'content-length' is not the length of the body`)
  if (length !== undefined && (length > 0 || carriesBody.has(call.method))) headers['content-length'] = String(length)
  const { proxy } = call.wire
  if (proxy === undefined || !call.origin.startsWith('http:')) return { path, headers }
  if (call.wire.addresses !== undefined)
    return invalid(transport, 'an http call through a proxy has no address of its own: the proxy looks its name up')
  // without a tunnel, the proxy reads where to
  if (proxy.authorization !== undefined) headers['proxy-authorization'] = proxy.authorization.reveal()
  return { path: call.origin + path, headers }
}

const invalid = (transport: string, because: string) => new Failure('input', 'REQUEST_INVALID', transport, because)

/** Those that most requests bear. */
const names = new Set(['accept', 'authorization', 'content-type', 'user-agent', 'cookie', 'content-length'])

const isToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const isText = /^[\t\x20-\x7e\x80-\xff]*$/

/** They speak of the connection, which is the transport's to keep. */
const ours = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'expect',
  'http2-settings',
])

/** Methods that say so when there is no body: RFC 9110, 8.6. */
const carriesBody = new Set(['POST', 'PUT', 'PATCH'])
