import { errors } from '../vendors/baidu/index.ts'

/** What goes back. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The vendor's code, where it is an error. */
  readonly code?: number | string
}

const headers = { 'content-type': 'application/json; charset=utf-8' } as const
const messages: Readonly<Record<string, { readonly message: string } | undefined>> = errors.rows

/** An answer of the service, written by hand: `log_id` is a bare number beyond 2^53, which no JSON library would write. */
export const success = (logId: bigint, result: object): Answer => ({
  status: 200,
  headers,
  body: `{"log_id":${logId},${JSON.stringify(result).slice(1)}`,
})

/** An API error: HTTP 200 in fact, or the status that an article claims where `strict`. */
export const failure = (code: number, logId: bigint, strict = false): Answer => {
  const body = JSON.stringify({ error_code: code, error_msg: messages[code]?.message ?? 'unknown error' })
  // the gateway knows no log_id, the services behind it do
  const withId = code < 1000 ? body : `{"log_id":${logId},${body.slice(1)}`
  return { status: strict ? strictStatus(code) : 200, headers, body: withId, code }
}

/** What stands between client and service when something breaks. */
export const html = (status: number, title: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
})

const strictStatus = (code: number): number => {
  if (code === 6) return 403
  if ([13, 14, 15, 100, 110, 111].includes(code)) return 401
  if ([4, 17, 18, 19].includes(code)) return 429
  if (code === 3) return 404
  return code < 3 || code === 282_000 ? 500 : 400
}
