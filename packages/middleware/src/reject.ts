import {
  andThen,
  type Call,
  decodeText,
  Failure,
  type Judgement,
  layer,
  notes,
  onward,
  type Outcome,
  parseJson,
  type Reply,
  retryAfter,
  type VerdictRow,
  type VerdictTable,
} from '@penstock/core'

export type RejectOptions<Name extends string = 'reject'> = {
  /** @default 'reject' */
  readonly name?: Name
  /** The vendor's codes, for calls whose endpoint names none. @default none */
  readonly verdicts?: VerdictTable
}

const says = notes('reject', {
  says: ['the server says {vendor} {code}: verdict {verdict}', '服务器返回 {vendor} {code}：判定 {verdict}'],
  unlisted: [
    'the server says {vendor}, which its table does not list, with status {status}',
    '服务器返回表中未列出的代码 {vendor}，状态码 {status}',
  ],
  html: ['an HTML page came with status {status} where JSON was due', '应为 JSON，却收到 HTML 页面，状态码 {status}'],
  noJson: ['the body is not JSON, with status {status}', '响应体不是 JSON，状态码 {status}'],
})

/**
 * Judge a reply by the code in its body, whatever its HTTP status: the vendor's table decides, the endpoint's own or the
 * one given. A reply without a code is left to `status`, which stands outside. Without a table it does nothing.
 *
 * @example
 * ```ts
 * import { reject } from '@penstock/middleware'
 *
 * const judge = reject({ verdicts: { code: 'error.code', message: 'error.text', success: ['0'], rows: {} } })
 * ```
 */
export function reject<const Name extends string = 'reject'>(options: RejectOptions<Name> = {}) {
  const { name = 'reject' as Name, verdicts } = options
  return layer({
    name,
    slot: 'judge',
    verdicts: 'gives',
    run(call, next) {
      const table = call.endpoint?.verdicts ?? verdicts
      return table === undefined || call.streams ? onward(next, call) : andThen(next, call, judged, table, name)
    },
  })
}

async function judged(outcome: Outcome, call: Call<any>, table: VerdictTable, name: string): Promise<Outcome> {
  if (outcome.failed) return outcome
  const bytes = outcome.body.whole ?? (await outcome.body.read())
  if (bytes instanceof Failure) return bytes
  const text = decodeText(bytes, outcome.header('content-type'))
  const { status } = outcome
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    return unreadable(call, outcome, text, name)
  }
  const code = at(value, table.code)
  if (code === undefined) return status < 300 ? outcome.judged({ verdict: 'ok' }) : outcome
  if (table.success.includes(code)) return outcome.judged({ verdict: 'ok' })
  const id = table.requestId === undefined ? undefined : at(value, table.requestId)
  const requestId = id === undefined || safe(id) !== id ? undefined : id
  const saying = { kind: 'json', path: table.code, code: safe(code), messagePath: table.message } as const
  const row = rowOf(table, code, at(value, table.message) ?? '')
  call.ledger.read({ ...saying, message: row?.message })
  if (row === undefined) {
    call.note(says.unlisted, { vendor: safe(code), status }, name)
    return outcome.judged({ verdict: 'input', code: 'VENDOR_CODE', vendorCode: safe(code), requestId })
  }
  call.note(says.says, { vendor: safe(code), code: row.code, verdict: row.verdict }, name)
  return outcome.judged({ ...judgement(outcome, row, safe(code), call.clock.date()), requestId })
}

/** A status that is an answer by itself is left to `status`. */
function unreadable(call: Call<any>, reply: Reply, text: string, name: string): Reply {
  const { status } = reply
  if (status === 204) return reply
  const html = /^\s*<(!doctype|html)/i.test(text)
  call.ledger.read({ kind: html ? 'html' : 'text' })
  call.note(html ? says.html : says.noJson, { status }, name)
  return status < 300 ? reply.judged({ verdict: 'server', code: html ? 'BODY_HTML' : 'BODY_NOT_JSON' }) : reply
}

const judgement = (reply: Reply, row: VerdictRow, vendorCode: string, date: number): Judgement => ({
  verdict: row.verdict,
  code: row.code,
  retryAfter: retryAfter(reply.headers, date) ?? row.after,
  row,
  vendorCode,
})

function rowOf(
  { rows, byMessage = [], ranges = [] }: VerdictTable,
  code: string,
  message: string,
): VerdictRow | undefined {
  const special = byMessage.find((entry) => entry.code === code && new RegExp(entry.matches, 'i').test(message))
  if (special !== undefined) return special.row
  if (Object.hasOwn(rows, code)) return rows[code]
  const number = Number(code)
  return ranges.find(({ from, to }) => number >= from && number <= to)?.row
}

/** What stands at a dotted path, as text, if it is a number or text that is not empty. */
function at(value: unknown, path: string): string | undefined {
  let found = value
  for (const key of path.split('.')) {
    if (found === null || !Object.hasOwn(found as object, key)) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return (typeof found === 'string' && found !== '') || typeof found === 'number' ? String(found) : undefined
}

/** A code is a word or a number; what is not is no code, and may hold anything. */
const safe = (code: string) => (/^[\w.-]{1,64}$/.test(code) ? code : 'unprintable')
