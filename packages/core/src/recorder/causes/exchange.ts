/** From the first byte of the request to the last of the answer: what was cut, and what took too long. */
import { type Cause, cause } from './cause.ts'
import type { Evidence } from './evidence.ts'
import { passing } from './passing.ts'

export const exchangeCauses: readonly Cause[] = [
  cause(
    'stale-socket',
    (evidence) =>
      isReused(evidence) && evidence.code === 'CONNECTION_RESET' ? { idle: evidence.trip?.idle ?? 0 } : undefined,
    [
      'The kept-alive connection was stale: it had been idle for {idle:ms}, and the server had given it up before.',
      '复用的连接已失效：空闲 {idle:ms}，服务器此前已将其关闭。',
    ],
    [
      "Say repeatable: 'always' if a second try does no harm: it then goes out again on a new connection; or keep connections for less time than the server does, by keepAlive of the transport.",
      "若重发无害，设置 repeatable: 'always'，即会在新连接上重发；或将 transport 的 keepAlive 设得比服务器更短。",
    ],
  ),
  cause(
    'connection-retired',
    (evidence) =>
      isReused(evidence) && evidence.code === 'CONNECTION_CLOSED' ? { idle: evidence.trip?.idle ?? 0 } : undefined,
    [
      'The server retired the kept-alive connection (GOAWAY or FIN) just as the request went out: it was restarted, or had enough of it.',
      '请求发出时服务器恰好关闭了复用的连接（GOAWAY 或 FIN）：重启或连接到期。',
    ],
    [
      "Say repeatable: 'always' if a second try does no harm: it then goes out again on a new connection.",
      "若重发无害，设置 repeatable: 'always'，即会在新连接上重发。",
    ],
  ),
  cause(
    'http-to-tls-port',
    ({ code, because }) => (code === 'PROTOCOL' && because.includes(' is TLS') ? {} : undefined),
    ['Asked in plain http, the port answered in TLS.', '以明文 http 请求，端口以 TLS 应答。'],
    ['Use https:// in origin.', '将 origin 改为 https://。'],
  ),
  cause(
    'http-to-tls-port',
    ({ code, phase, trip, secure, spent }) =>
      code === 'CONNECTION_CLOSED' && phase === 'wait' && !secure && trip?.reusedSocket === false
        ? { spent }
        : undefined,
    [
      'Asked in plain http, the port closed the new connection without a byte, after {spent:ms}: so does one that speaks TLS (or a server that crashes on the request).',
      '以明文 http 请求，端口在 {spent:ms} 后未返回任何字节即关闭新连接：TLS 端口即如此（或服务器处理该请求时崩溃）。',
    ],
    [
      'Use https:// in origin; if the port does speak http, look into the log of the server.',
      '将 origin 改为 https://；若该端口确为 http，请查看服务器日志。',
    ],
  ),
  cause(
    'reset-sending',
    ({ code, phase, trip }) => (isLost(code) && phase === 'send' ? { bytes: trip?.bytesSent ?? 0 } : undefined),
    ['The peer cut the connection while the request was being sent.', '对方在发送请求期间切断了连接。'],
    passing(
      'If it stays, the server takes no body so large: it cuts rather than answer 413.',
      '若持续出现，可能请求体过大，服务器未返回 413 即切断。',
    ),
  ),
  cause(
    'reset-waiting',
    ({ code, phase, spent }) => (isLost(code) && phase === 'wait' ? { spent } : undefined),
    [
      'The peer cut the connection {spent:ms} after the call went out, when the request was sent and the answer awaited.',
      '请求已发送、等待应答时，对方在 {spent:ms} 后切断了连接。',
    ],
    passing(
      'It may have been worked on: let only repeatable calls go twice.',
      '请求可能已被处理：仅重发可重复的调用。',
    ),
  ),
  cause(
    'reset-receiving',
    ({ code, because, trip }) =>
      code === 'BODY_TRUNCATED' && because.includes('cut the connection') ? received(trip) : undefined,
    [
      'The peer cut the connection (a reset) in the middle of the answer, after {received} bytes of its body.',
      '对方在返回响应体 {received} 字节后重置了连接。',
    ],
    passing('', ''),
  ),
  cause(
    'tls-stalled',
    ({ timedOut, phase, spent, trip }) =>
      timedOut && phase === 'tls' && (trip?.connection?.handshake?.received ?? 0) === 0 ? { spent } : undefined,
    [
      'The server accepted the connection and then said nothing: no byte of the TLS handshake in {spent:ms}.',
      '服务器接受连接后无任何响应：{spent:ms} 内未返回 TLS 握手字节。',
    ],
    passing(
      'If it stays, the server is stuck, or the port is not one of TLS.',
      '若持续出现，服务器可能卡死，或该端口并非 TLS。',
    ),
  ),
  cause(
    'connect-timeout',
    ({ timedOut, phase, spent, trip }) =>
      timedOut && phase === 'tls' ? { spent, received: trip?.connection?.handshake?.received ?? 0 } : undefined,
    [
      'The transport’s own bound ended the handshake after {spent:ms}, while the server was still answering ({received} bytes).',
      '服务器仍在响应（已收 {received} 字节），传输层的连接时限在 {spent:ms} 后终止了握手。',
    ],
    ['Raise connectTimeout of the transport.', '提高 transport 的 connectTimeout。'],
  ),
  cause(
    'stalled-waiting',
    (evidence) => {
      const { timedOut, phase, spent, trip } = evidence
      if (!timedOut || phase !== 'wait' || slower(evidence) !== undefined) return undefined
      return { wait: trip?.phases?.wait ?? spent }
    },
    [
      'The server took the whole request and never began to answer: not one byte in {wait:ms}.',
      '服务器收到完整请求后始终未应答：{wait:ms} 内无任何字节。',
    ],
    passing(
      'If every attempt ends so, the server needs longer than the bound: raise timeout({ after }).',
      '若每次都如此，服务器需要更久：提高 timeout({ after })。',
    ),
  ),
  cause(
    'stalled-receiving',
    ({ timedOut, phase, trip }) => {
      const { silence = 0, phases } = trip ?? {}
      if (!timedOut || phase !== 'receive' || silence < Math.max(quiet, 0.5 * (phases?.receive ?? 0))) return undefined
      return { silence, ...received(trip) }
    },
    [
      'The answer stopped in its middle: {received} bytes came, then silence for {silence:ms}.',
      '响应中途停止：收到 {received} 字节后沉默 {silence:ms}。',
    ],
    passing('timeout({ idle }) finds such a silence sooner.', 'timeout({ idle }) 可更早发现这种沉默。'),
  ),
  cause(
    'slow-loris',
    ({ timedOut, phase, trip }) => {
      const receive = trip?.phases?.receive ?? 0
      const rate = ((trip?.bytesReceived ?? 0) / receive) * 1000
      return timedOut && phase === 'receive' && rate < 1024 ? { ...received(trip), receive, rate } : undefined
    },
    [
      'The answer trickles: {received} bytes in {receive:ms}, {rate} bytes a second, never silent and never done.',
      '响应极慢：{receive:ms} 内仅 {received} 字节（{rate} 字节/秒），不停也不完。',
    ],
    passing(
      'If it stays, something in between throttles, or the server is a trap.',
      '若持续出现，可能被限速，或服务器有意拖延。',
    ),
  ),
]

/** Milliseconds that a busy network, or machine, may keep silent for. */
const quiet = 100

const isLost = (code: string) => code === 'CONNECTION_RESET' || code === 'CONNECTION_CLOSED'

const isReused = ({ trip, phase }: Evidence) => trip?.reusedSocket === true && (phase === 'wait' || phase === 'send')

const received = (trip: Evidence['trip']) => ({ received: trip?.bytesReceived ?? 0 })

/** Milliseconds of another trip of the call that was answered, if it took longer than this one was given. */
function slower({ flight: { trips }, trip, spent }: Evidence): number | undefined {
  return trips.find((other) => other !== trip && other.status !== undefined && (other.took ?? 0) > spent)?.took
}
