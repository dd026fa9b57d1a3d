import type { Call } from './call.ts'
import { type Kind, codeEntry } from './codes.ts'
import { PenstockError } from './errors.ts'
import type { Failure, Outcome, Phase, Sent } from './outcome.ts'
import { type ExplainOptions, explain } from './recorder/explain.ts'
import { masked } from './recorder/gate/masked.ts'
import { rememberLedger } from './recorder/ledger-of.ts'
import type { Ledger } from './recorder/ledger.ts'
import type { Reply } from './reply.ts'
import type { Result } from './result.ts'
import type { Bilingual } from './verdict-table.ts'
import { type Verdict, verdicts } from './verdict.ts'

/** A call that failed: what happened, whose doing it was, what to do; and its ledger. */
export class CallError extends PenstockError {
  readonly verdict: Verdict
  /** True when another try later may go well. */
  readonly retryable: boolean
  /** Milliseconds after which another try makes sense, where somebody said so. */
  readonly retryAfter: number | undefined
  readonly phase: Phase
  readonly sent: Sent
  /** Who said no: a layer, a transport, or `server`. */
  readonly layer: string
  /** Passes inside the repeaters. */
  readonly attempts: number
  readonly method: string
  /** Without the query. */
  readonly url: string
  readonly status: number | undefined
  /** The vendor's own code. */
  readonly vendorCode: string | undefined
  /** What came back, for those who want to read it. Not enumerable. */
  declare readonly reply: Result | undefined
  declare readonly ledger: Ledger

  constructor(call: Call<any>, outcome: Outcome, reply?: Result) {
    const { ledger } = call
    const told = outcome.failed ? ofFailure(outcome) : ofReply(outcome)
    super(outcome.code, masked(`${bare(told.message.en)}: ${ledger.method} ${ledger.url}`), {
      kind: told.kind,
      zh: masked(`${bare(told.message.zh)}：${ledger.method} ${ledger.url}`),
      ...(told.hint === undefined ? {} : { hint: told.hint }),
      // the caller's own error, of the caller's own stream; no library's ever
      cause: outcome.code === 'BODY_SOURCE' && outcome.failed ? outcome.reason : undefined,
    })
    this.verdict = outcome.verdict
    this.retryable = verdicts[outcome.verdict].again || outcome.retryAfter !== undefined
    this.retryAfter = outcome.retryAfter
    this.phase = outcome.failed ? outcome.phase : 'receive'
    this.sent = outcome.failed ? outcome.sent : 'all'
    this.layer = outcome.failed ? outcome.layer : 'server'
    this.attempts = ledger.attempts
    this.method = ledger.method
    this.url = ledger.url
    this.status = outcome.failed ? undefined : outcome.status
    const vendorCode = outcome.failed ? undefined : outcome.judgement.vendorCode
    this.vendorCode = vendorCode === undefined ? undefined : masked(vendorCode)
    Object.defineProperty(this, 'ledger', { value: ledger })
    Object.defineProperty(this, 'reply', { value: reply })
  }

  /** What happened and why, attempt by attempt. */
  explain(options?: ExplainOptions): string {
    return explain(this, options)
  }
}

/** Without its full stop, so that it can go on. */
const bare = (text: string) => text.replace(/[.。]$/, '')

type Told = { readonly message: Bilingual; readonly kind: Kind; readonly hint?: Bilingual }

function ofFailure({ code, layer, because, hint }: Failure): Told {
  const known = codeEntry(code)
  const zh = known === undefined ? because : `${bare(known.meaning.zh)}（${because}）`
  return {
    message: { en: `${layer}: ${because}`, zh: `${layer}：${zh}` },
    kind: known?.kind ?? 'refused',
    ...(hint !== undefined && { hint }),
  }
}

function ofReply({ status, code, judgement: { row, vendorCode } }: Reply): Told {
  const known = codeEntry(code)
  if (row !== undefined) {
    const mark = `${vendorCode} ${code}`
    return {
      message: { en: `${mark}: ${row.meaning.en}`, zh: `${mark}：${row.meaning.zh}` },
      kind: 'reply',
      hint: row.advice,
    }
  }
  if (known !== undefined) {
    return {
      message: { en: `${bare(known.meaning.en)}, status ${status}`, zh: `${bare(known.meaning.zh)}，状态码 ${status}` },
      kind: known.kind,
    }
  }
  return { message: { en: `Status ${status}`, zh: `状态码 ${status}` }, kind: 'reply', hint: statusAdvice(status) }
}

function statusAdvice(status: number): Bilingual {
  if (status === 401) return { en: 'Check the credential.', zh: '检查凭证。' }
  if (status === 403)
    return { en: 'The credential may not do this: check its rights.', zh: '凭证无权执行此操作：检查权限。' }
  if (status === 404) return { en: 'Check the path.', zh: '检查路径。' }
  if (status === 429) return { en: 'Send less: put a rateLimit in the stack.', zh: '降低频率：在栈中加入 rateLimit。' }
  if (status >= 500) return { en: 'The server failed: try later.', zh: '服务器出错：稍后再试。' }
  return {
    en: 'The server does not take this request: read what it says in error.reply.',
    zh: '服务器不接受该请求：查看 error.reply。',
  }
}

/** The one place where an outcome becomes something to throw. */
export function toThrow(call: Call<any>, outcome: Outcome, reply?: Result): unknown {
  if (!outcome.failed || outcome.code !== 'CANCELLED') return new CallError(call, outcome, reply)
  rememberLedger(outcome.reason, call.ledger)
  return outcome.reason
}
