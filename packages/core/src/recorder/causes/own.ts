/** The process's own doing: no server is to blame. */
import { byCode, type Cause, cause } from './cause.ts'
import type { Evidence } from './evidence.ts'

export const ownCauses: readonly Cause[] = [
  cause(
    'caller-abort',
    ({ code, flight: { took } }) => (code === 'CANCELLED' ? { took } : undefined),
    [
      'Your own code aborted the call after {took:ms}, by its signal.',
      '调用方自己的 signal 在 {took:ms} 后取消了调用。',
    ],
    [
      'Nothing is to be mended if that was wanted; else do not abort it, or abort later.',
      '若是有意取消则无需处理；否则不要取消，或推迟取消。',
    ],
  ),
  cause(
    'event-loop-blocked',
    blocked,
    [
      'Not the network: your process blocked its event loop for {stalled:ms} of the {spent:ms} that the attempt had.',
      '不是网络问题：本进程的事件循环被阻塞 {stalled:ms}（该次尝试共 {spent:ms}）。',
    ],
    [
      'Move the work that blocks the event loop to a worker thread, or cut it into pieces.',
      '将阻塞事件循环的工作移到 worker 线程，或拆成小块执行。',
    ],
  ),
  cause(
    'circuit-open',
    ({ code, note }) =>
      code === 'CIRCUIT_OPEN' ? { wait: note('circuitBreaker.refuses')?.facts['wait'] ?? 0 } : undefined,
    [
      'Nothing was sent: the circuit breaker is open, for the server has failed too often.',
      '未发送：服务器近期频繁失败，熔断器已打开。',
    ],
    [
      'Wait {wait:ms}, as retryAfter says, then call again; the failures before this one tell what is wrong with the server.',
      '按 retryAfter 等待 {wait:ms} 后再试；此前的失败记录说明服务器的问题。',
    ],
  ),
  cause(
    'limiter-queue',
    queued,
    [
      'Nothing was sent: the call stood in your own rate limiter’s queue, {ahead} ahead of it, about {wait:ms} to wait.',
      '未发送：调用在自己的限流队列中排队，前面有 {ahead} 个，约需 {wait:ms}。',
    ],
    [
      'Send less at once, or allow more time than the queue takes: raise deadline({ after }), or rateLimit({ limit }) if the server allows more.',
      '降低并发，或让时限大于排队时间：提高 deadline({ after })；若服务端允许，可提高 rateLimit({ limit })。',
    ],
  ),
  cause(
    'pool-exhausted',
    ({ timedOut, trip, phase, spent }) => {
      const queue = trip?.phases?.queue ?? 0
      return timedOut && phase === 'connect' && queue > 0.8 * spent ? { queue } : undefined
    },
    [
      'Nothing was sent: all connections of your own pool were in use, and the call waited {queue:ms} for a free one.',
      '未发送：自己的连接池已占满，调用等待空闲连接 {queue:ms}。',
    ],
    [
      'Raise connections of the transport; and read or discard every body, for an unread one keeps its connection.',
      '提高 transport 的 connections；并读完或 discard() 每个响应体，未读的会一直占用连接。',
    ],
  ),
  cause(
    'header-line-break',
    ({ code, because }) => {
      const header = /header '([^']+)' holds a line break/.exec(because)?.[1]
      return code === 'REQUEST_INVALID' && header !== undefined ? { header } : undefined
    },
    [
      "Nothing was sent: the value of the header '{header}' holds a line break, as a key does that was read from a file or pasted.",
      '未发送：请求头“{header}”的值含换行符，常见于从文件读取或粘贴的密钥。',
    ],
    [
      'Take the line break off the key: key.trim(), or printf %s instead of echo where it is stored.',
      '去掉密钥末尾的换行：key.trim()，或保存时用 printf %s 代替 echo。',
    ],
  ),
  cause(
    'clock-skew',
    skewed,
    [
      'The clock of this machine is {skew:ms} {side} the server’s, and the server refuses what carries such a time.',
      '本机时钟比服务器{sideZh} {skew:ms}，服务器拒绝带有该时间的请求。',
    ],
    [
      'Set the clock of this machine: timedatectl set-ntp true; or let sign({ within }) correct the difference.',
      '校准本机时钟：timedatectl set-ntp true；或用 sign({ within }) 自动校正。',
    ],
  ),
  cause(
    'token-expired',
    ({ code, note }) => (code === 'TOKEN_EXPIRED' && note('token.replays') === undefined ? {} : undefined),
    [
      'The access token of this call has expired, and no layer renews it.',
      '该调用的访问令牌已过期，且没有中间件负责更新。',
    ],
    [
      'Put token() in the stack, which renews it in time; or get a new token.',
      '在栈中加入 token() 以按时更新；或重新获取令牌。',
    ],
  ),
  cause(
    'client-closed',
    byCode('CLIENT_CLOSED'),
    ['Nothing was sent: the client is closed.', '未发送：客户端已关闭。'],
    ['Make calls before close(), or make another client.', '请在 close() 之前调用，或新建客户端。'],
  ),
]

/** Less is what a busy machine does anyway. */
const felt = 40

function blocked({ timedOut, trip, spent, flight: { stalls, took } }: Evidence) {
  if (!timedOut || trip === undefined) return undefined
  const end = Math.max(took, trip.at + spent)
  const stalled = stalls
    .map(({ at, milliseconds }) => Math.min(at + milliseconds, end) - Math.max(at, trip.at))
    .filter((inside) => inside > 0)
    .reduce((sum, inside) => sum + inside, 0)
  return stalled >= felt && stalled > 0.4 * spent ? { stalled, spent } : undefined
}

function queued({ code, phase, note, flight: { trips } }: Evidence) {
  const refusal = note('rateLimit.does_not_fit') ?? note('rateLimit.full')
  const waiting = note('rateLimit.waits')
  const isQueued = code === 'RATE_WAIT' || (code === 'CALL_DEADLINE' && phase === 'local' && waiting !== undefined)
  if (!isQueued || (trips.at(-1)?.at ?? -1) > ((waiting ?? refusal)?.at ?? 0)) return undefined
  const ahead = waiting?.facts['ahead'] ?? refusal?.facts['ahead'] ?? 0
  return { ahead, wait: refusal?.facts['wait'] ?? waiting?.facts['wait'] ?? 0 }
}

/** What a server forgives, mostly, is some minutes; what a Date header can tell is seconds. */
const farApart = 30_000

function skewed({ code, note, flight: { failure, verdict, trips } }: Evidence) {
  const skew = trips.at(-1)?.reply?.skew ?? 0
  const noted = note('sign.apart')?.facts['drift']
  const isRefusal = ['token', 'auth', 'denied', 'input'].includes(verdict ?? '') && failure?.layer === 'server'
  const about = typeof noted === 'number' ? Math.abs(noted) : Math.abs(skew)
  if (code !== 'CLOCK_SKEW' && noted === undefined && !(isRefusal && about > farApart)) return undefined
  return { skew: about, side: skew < 0 ? 'ahead of' : 'behind', sideZh: skew < 0 ? '快' : '慢' }
}
