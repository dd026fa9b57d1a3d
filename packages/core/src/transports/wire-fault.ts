import { Failure, type Phase, type Sent } from '../outcome.ts'
import type { Verdict } from '../verdict.ts'
import { ProxyFault } from './proxy-fault.ts'
import { tlsFault } from './tls-fault.ts'

type Fault = readonly [code: string, because: string, verdict?: Verdict]

/**
 * What is known of a library's error, by its code and the phase. The error itself stays here: its message and its fields
 * may hold what was sent. Undefined for what is no fault of a network.
 *
 * @param ofSocket whether the socket itself failed with it: then it is the network's, whatever it is
 * @param headers bytes of headers that were allowed
 */
export function wireFault(
  transport: string,
  error: unknown,
  phase: Phase,
  sent: Sent,
  reusedSocket: boolean | undefined,
  ofSocket: boolean,
  headers = 65_536,
): Failure | undefined {
  const inner = innermost(error)
  const [code, because, verdict = 'network'] = faultOf(inner, phase, ofSocket, headers) ?? []
  if (code === undefined) return undefined
  const peerRefused = isRefusedStream.test(inner.message)
  return new Failure(verdict, code, transport, because!, { phase, sent, reusedSocket, peerRefused })
}

/** HTTP/2's way to say that nobody has looked at the request. */
const isRefusedStream = /NGHTTP2_REFUSED_STREAM/

type Coded = Error & {
  readonly code?: unknown
  readonly syscall?: unknown
  readonly after?: number
  readonly rawPacket?: unknown
  readonly data?: unknown
}

/** The error that a socket, a resolver or a parser made, out of what a library wrapped around it. */
function innermost(error: unknown): Coded {
  let at = error as Coded
  for (let depth = 0; depth < 4; depth++) {
    const inner = at.cause ?? (at instanceof AggregateError ? tellingOf(at.errors) : undefined)
    if (!(inner instanceof Error)) break
    at = inner
  }
  return at
}

/** Of all addresses that were tried: one that answered says more than one that could not be reached. */
const tellingOf = (errors: readonly Coded[]): Coded | undefined =>
  errors.find(({ code }) => code !== 'ENETUNREACH' && code !== 'EHOSTUNREACH') ?? errors[0]

function faultOf(error: Coded, phase: Phase, ofSocket: boolean, headers: number): Fault | undefined {
  if (error instanceof ProxyFault) return [error.code, error.because, error.verdict]
  const code = typeof error.code === 'string' ? error.code : undefined
  const secure = tlsFault(code, error.message)
  if (secure !== undefined) return secure
  if (code === undefined) {
    if (error.name === 'HTTPParserError') return notHttp(error)
    return ofSocket ? lost(true, 'ECONNRESET', phase) : undefined
  }
  if (code === 'CONNECT_TIMEOUT') return [code, `no connection within ${error.after} ms`]
  if (code === 'HPE_HEADER_OVERFLOW' || code === 'UND_ERR_HEADERS_OVERFLOW') return headersTooLarge(headers)
  if (code.startsWith('HPE_')) return parsing(error, code, phase)
  if (code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return notHttp(error)
  if (isInput.test(code)) return ['REQUEST_INVALID', `the request cannot be sent as it is: ${code}`, 'input']
  // a hang-up and a reset have one code; only a reset came out of a system call
  if (isLoss.test(code)) return lost(code !== 'ECONNRESET' || error.syscall !== undefined, code, phase)
  return known[code] ?? (/^E[A-Z]{2,}$/.test(code) ? ['CONNECTION_RESET', `the connection failed: ${code}`] : undefined)
}

const isLoss = /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_(SOCKET|INFO|DESTROYED|CLOSED|ABORTED)|ERR_(STREAM|HTTP2)_.*)$/
const isInput = /^(ERR|UND_ERR)_(HTTP_)?(INVALID|UNESCAPED|NOT_SUPPORTED)(_.*)?$/

function lost(reset: boolean, code: string, phase: Phase): Fault {
  if (phase === 'receive') return reset && /^E(CONN|PIPE)/.test(code) ? cutOff : truncated
  if (phase === 'tls') return ['CONNECTION_CLOSED', 'the peer closed the connection in the TLS handshake']
  return reset && /^E(CONN|PIPE)/.test(code)
    ? ['CONNECTION_RESET', 'the peer cut the connection']
    : ['CONNECTION_CLOSED', 'the connection was closed before an answer']
}

function parsing(error: Coded, code: string, phase: Phase): Fault {
  return code === 'HPE_INVALID_EOF_STATE' ? lost(false, code, phase) : notHttp(error)
}

/** A parser shows what it stumbled over, each library's by another name: a record of TLS begins by 0x15 or 0x16, and 3. */
function notHttp({ rawPacket, data }: Coded): Fault {
  const [first, second] = Buffer.from((rawPacket ?? data ?? '') as string)
  const isTls = (first === 0x15 || first === 0x16) && second === 3
  return ['PROTOCOL', isTls ? 'what came is TLS, and not HTTP' : 'what came is not HTTP']
}

const truncated: Fault = ['BODY_TRUNCATED', 'the connection ended before the body did']
const cutOff: Fault = ['BODY_TRUNCATED', 'the peer cut the connection in the middle of the body']
const headersTooLarge = (most: number): Fault => [
  'HEADERS_TOO_LARGE',
  `the reply has more than ${most} bytes of headers`,
  'size',
]
const unreachable = (code: string): Fault => ['HOST_UNREACHABLE', `there is no way to the host: ${code}`]
const exhausted = (code: string): Fault => ['HOST_UNREACHABLE', `this machine has no socket to spare: ${code}`]
const unnamed: Fault = ['DNS_NOT_FOUND', 'the name has no address']
const unanswered: Fault = ['DNS_TIMEOUT', 'the name server did not answer']

const known: Readonly<Record<string, Fault>> = {
  ENOTFOUND: unnamed,
  ENODATA: unnamed,
  EAI_NODATA: unnamed,
  EAI_NONAME: unnamed,
  EAI_AGAIN: unanswered,
  EAI_FAIL: unanswered,
  ECONNREFUSED: ['CONNECTION_REFUSED', 'the host refused the connection'],
  ETIMEDOUT: ['CONNECT_TIMEOUT', 'the connection was not made in time'],
  EHOSTUNREACH: unreachable('EHOSTUNREACH'),
  ENETUNREACH: unreachable('ENETUNREACH'),
  EHOSTDOWN: unreachable('EHOSTDOWN'),
  ENETDOWN: unreachable('ENETDOWN'),
  EMFILE: exhausted('EMFILE'),
  ENFILE: exhausted('ENFILE'),
  EADDRNOTAVAIL: exhausted('EADDRNOTAVAIL'),
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: truncated,
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: truncated,
}
