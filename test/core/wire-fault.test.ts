import { expect, test } from 'vitest'
import { wireFault } from '../../packages/core/src/transports/wire-fault.ts'

const failing = (code: string | undefined, message = 'with token=secret', more: object = {}) =>
  Object.assign(new Error(message), { code }, more)

const codeOf = (error: unknown, phase: 'dns' | 'connect' | 'tls' | 'wait' | 'receive' = 'wait', ofSocket = false) => {
  const failure = wireFault('test', error, phase, 'all', undefined, ofSocket)
  return failure && `${failure.verdict} ${failure.code}`
}

test.each([
  ['ENOTFOUND', 'network DNS_NOT_FOUND'],
  ['EAI_AGAIN', 'network DNS_TIMEOUT'],
  ['ECONNREFUSED', 'network CONNECTION_REFUSED'],
  ['ETIMEDOUT', 'network CONNECT_TIMEOUT'],
  ['EHOSTUNREACH', 'network HOST_UNREACHABLE'],
  ['ENETUNREACH', 'network HOST_UNREACHABLE'],
  ['EMFILE', 'network HOST_UNREACHABLE'],
  ['EADDRNOTAVAIL', 'network HOST_UNREACHABLE'],
  ['EPIPE', 'network CONNECTION_RESET'],
  ['ENOBUFS', 'network CONNECTION_RESET'],
  ['UND_ERR_SOCKET', 'network CONNECTION_CLOSED'],
  ['UND_ERR_DESTROYED', 'network CONNECTION_CLOSED'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'network CONNECTION_CLOSED'],
  ['ERR_HTTP2_STREAM_ERROR', 'network CONNECTION_CLOSED'],
  ['HPE_INVALID_CONSTANT', 'network PROTOCOL'],
  ['HPE_HEADER_OVERFLOW', 'size HEADERS_TOO_LARGE'],
  ['UND_ERR_HEADERS_OVERFLOW', 'size HEADERS_TOO_LARGE'],
  ['CERT_HAS_EXPIRED', 'refused TLS_EXPIRED'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'refused TLS_UNTRUSTED'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'refused TLS_UNTRUSTED'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'network TLS_FAILED'],
  ['UND_ERR_INVALID_ARG', 'input REQUEST_INVALID'],
  ['ERR_INVALID_CHAR', 'input REQUEST_INVALID'],
  ['ERR_HTTP_INVALID_HEADER_VALUE', 'input REQUEST_INVALID'],
  ['ERR_UNESCAPED_CHARACTERS', 'input REQUEST_INVALID'],
])('%s is %s', (code, told) => {
  expect(codeOf(failing(code))).toBe(told)
})

test('a weak certificate is known by the words of OpenSSL, and nothing else without a code is', () => {
  expect([
    codeOf(failing('UNSPECIFIED', 'EE certificate key too weak'), 'tls'),
    codeOf(failing('UNSPECIFIED', 'CA signature digest algorithm too weak'), 'tls'),
    codeOf(failing('UNSPECIFIED', 'something else'), 'tls'),
  ]).toEqual(['refused TLS_WEAK', 'refused TLS_WEAK', codeOf(failing('UNKNOWN'), 'tls')])
})

test('a reset came out of a system call, and a hang-up did not', () => {
  expect([
    codeOf(failing('ECONNRESET', '', { syscall: 'read' })),
    codeOf(failing('ECONNRESET', 'socket hang up')),
  ]).toEqual(['network CONNECTION_RESET', 'network CONNECTION_CLOSED'])
})

test.each(['ECONNRESET', 'UND_ERR_SOCKET', 'ERR_HTTP_CONTENT_LENGTH_MISMATCH', 'HPE_INVALID_EOF_STATE'])(
  '%s inside a body is a truncated body',
  (code) => {
    expect(codeOf(failing(code), 'receive')).toBe('network BODY_TRUNCATED')
  },
)

test.each([
  ['error:0A00042E:SSL routines::tlsv1 alert protocol version', 'refused TLS_VERSION'],
  ['error:0A00010B:SSL routines::wrong version number', 'refused TLS_NOT_SPOKEN'],
  ['error:0A00045C:SSL routines::tlsv13 alert certificate required', 'auth TLS_CLIENT_CERTIFICATE'],
  ['error:0A000410:SSL routines::sslv3 alert handshake failure', 'network TLS_FAILED'],
])("EPROTO is told apart by OpenSSL's reason: %s", (message, told) => {
  expect(codeOf(failing('EPROTO', `write EPROTO ${message}`), 'tls')).toBe(told)
})

test('the cause counts, however deep a library has wrapped it', () => {
  const cause = failing('ECONNREFUSED')
  expect(codeOf(new Error('outer', { cause: new Error('middle', { cause }) }))).toBe('network CONNECTION_REFUSED')
  expect(codeOf(new AggregateError([cause, cause], 'all addresses failed'))).toBe('network CONNECTION_REFUSED')
})

test('of several addresses, one that answered says more than one that cannot be reached', () => {
  const error = new AggregateError([failing('ENETUNREACH'), failing('ECONNREFUSED')], 'all addresses failed')
  expect(codeOf(error)).toBe('network CONNECTION_REFUSED')
})

test('a stream that was refused says that nobody has looked at it', () => {
  const error = failing('ERR_HTTP2_STREAM_ERROR', 'Stream closed with error code NGHTTP2_REFUSED_STREAM')
  expect(wireFault('test', error, 'wait', 'all', true, false)).toMatchObject({ peerRefused: true, reusedSocket: true })
})

test('nothing of an error is repeated but a code', () => {
  const failure = wireFault('test', failing('ENOBUFS'), 'wait', 'all', undefined, false)
  expect(JSON.stringify(failure)).not.toContain('secret')
})

test("what is no fault of a network is nobody's failure, unless the socket itself failed with it", () => {
  const bug = new TypeError('undefined is not a function')
  expect([codeOf(bug), codeOf(failing('ERR_ASSERTION')), codeOf(bug, 'wait', true)]).toEqual([
    undefined,
    undefined,
    'network CONNECTION_RESET',
  ])
})
