/** An answer that came, and is not what it should be. */
import { byCode, type Cause, cause } from './cause.ts'
import type { Evidence } from './evidence.ts'
import { passing } from './passing.ts'

export const bodyCauses: readonly Cause[] = [
  cause(
    'wrong-length',
    tooShort,
    [
      'The server announced {length} bytes of body and sent more: its content-length is wrong.',
      '服务器声明响应体 {length} 字节，实际更长：content-length 有误。',
    ],
    ['Have the server send the right content-length, or none.', '请让服务器发送正确的 content-length，或不发送。'],
  ),
  cause(
    'body-truncated',
    ({ code, trip }) =>
      code === 'BODY_TRUNCATED'
        ? { received: trip?.bytesReceived ?? 0, of: trip?.reply?.length ?? 'an unknown number of' }
        : undefined,
    [
      'The connection ended before the body did: {received} of {of} bytes came.',
      '连接在响应体结束前关闭：仅收到 {received} 字节（应为 {of}）。',
    ],
    passing('If it stays, something in between cuts long bodies.', '若持续出现，检查中间设备是否截断大响应。'),
  ),
  cause(
    'bad-encoding',
    byCode('BODY_ENCODING'),
    [
      'The body is not in the content-encoding that its header names, so it cannot be unpacked.',
      '响应体与 content-encoding 声明不符，无法解压。',
    ],
    [
      "Ask for no encoding: headers: { 'accept-encoding': 'identity' }.",
      "请求不压缩：headers: { 'accept-encoding': 'identity' }。",
    ],
  ),
  cause(
    'decompression-bomb',
    ({ code, trip }) => (code === 'BODY_RATIO' ? { received: trip?.bytesReceived ?? 0 } : undefined),
    [
      'The body is a decompression bomb: {received} bytes grow beyond the ratio that is allowed.',
      '响应体疑似解压炸弹：{received} 字节的解压倍数超限。',
    ],
    [
      'If it is meant to be so, raise limits({ ratio }); else do not call this server.',
      '若属正常，提高 limits({ ratio })；否则不要访问该服务器。',
    ],
  ),
  cause(
    'html-instead-of-json',
    ({ code, flight: { trips } }) =>
      code === 'BODY_HTML'
        ? { status: trips.at(-1)?.status ?? 0, type: trips.at(-1)?.reply?.type ?? 'unsaid' }
        : undefined,
    [
      'An HTML page came with status {status} where JSON was due (content-type {type}): a gateway, a login page or a wrong path answered.',
      '应返回 JSON，却收到 HTML 页面（状态码 {status}，类型 {type}）：多为网关、登录页或错误路径。',
    ],
    ['Correct the path or the origin, and see what stands in between.', '更正路径或 origin，并检查中间设备。'],
  ),
  cause(
    'wrong-charset',
    ({ code, trip, flight: { trips } }) =>
      code === 'BODY_CHARSET' ? { charset: (trip ?? trips.at(-1))?.reply?.charset ?? '?' } : undefined,
    [
      'The server says charset={charset}, and the bytes are JSON in UTF-8.',
      '服务器声明 charset={charset}，实际为 UTF-8 编码的 JSON。',
    ],
    [
      'Have the server say charset=utf-8; until then decode reply.bytes() yourself.',
      '请让服务器声明 charset=utf-8；在此之前请自行解码 reply.bytes()。',
    ],
  ),
  cause(
    'redirect-loop',
    ({ code, flight: { trips } }) =>
      code === 'REDIRECT_LOOP' || code === 'REDIRECT_LIMIT' ? { hops: trips.length } : undefined,
    [
      'The redirects go in a circle: {hops} requests, and each was answered by another redirect.',
      '重定向形成循环：{hops} 个请求均被再次重定向。',
    ],
    [
      'Often the server waits for a cookie it has set: put cookies() inside redirect(), or call the right address.',
      '多因服务器等待其设置的 Cookie：在 redirect() 内加入 cookies()，或使用正确的地址。',
    ],
  ),
]

/** More than announced makes half a document for who counts, and bytes that are no HTTP for who reads on. */
function tooShort({ code, because, trip }: Evidence) {
  const length = trip?.reply?.length
  if (trip === undefined || length === undefined) return undefined
  const brokeAtEnd = /: (\d+) characters .* break at \1$/.test(because) && trip.bytesReceived === length
  return (code === 'BODY_NOT_JSON' && brokeAtEnd) || (code === 'PROTOCOL' && trip.status !== undefined)
    ? { length }
    : undefined
}
