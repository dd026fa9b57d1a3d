import { bytesBody, type Call, type Outcome, Reply, type ReplyHeaders, verdicts } from '@penstock/core'
import { directives } from './directives.ts'
import { headerText } from './header-text.ts'

/** Methods that change nothing. */
export const isSafe = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const conditions = ['if-match', 'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'range']

/** A call that asks for a whole page, and lets the cache do the asking. */
export const isPlain = ({ method, streams, body, headers }: Call) =>
  (method === 'GET' || method === 'HEAD') &&
  !streams &&
  body.kind === 'none' &&
  conditions.every((header) => headers[header] === undefined)

export const isOnlyIfCached = ({ headers }: Call) =>
  directives(headerText(headers['cache-control'])).has('only-if-cached')

/** What the server says is meant: a vendor's no with status 200 is no page. */
export const isAnswer = ({ status, verdict }: Reply) => status >= 300 || verdict === 'ok' || verdict === 'unknown'

/** The server, or the way to it, is in trouble, and the caller still wants an answer. */
export const isFault = ({ failed, verdict }: Outcome) =>
  verdicts[verdict].blame === 'server' || (failed && verdict !== 'cancelled' && verdicts[verdict].blame === 'nobody')

/** A page out of the cache. Nobody inside has judged it, so it says what it was. */
export function pageReply({ method }: Call, status: number, headers: ReplyHeaders, body: Uint8Array): Reply {
  const whole = method === 'HEAD' ? new Uint8Array() : body
  return new Reply(
    status,
    headers,
    bytesBody(whole),
    undefined,
    status < 400 ? { verdict: 'ok' } : { verdict: 'input' },
  )
}

/** What a call gets that asks for nothing but the cache, when that has nothing to give. */
export const missing = (): Reply =>
  new Reply(504, {}, bytesBody(new Uint8Array()), undefined, { verdict: 'refused', code: 'NOT_CACHED' })
