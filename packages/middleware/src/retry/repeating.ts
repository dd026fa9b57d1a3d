import {
  andThen,
  type Call,
  canSend,
  type Facts,
  type Next,
  type NoteKind,
  notes,
  type Outcome,
  verdicts,
} from '@penstock/core'
import { loop } from './loop.ts'
import { mayRepeat } from './may-repeat.ts'
import type { OriginBudget } from '../repeat/origin-budget.ts'
import { type Once, Recording } from './recording.ts'

const says = notes('retry', {
  waits: ['waits {wait:ms}, then sends again: {code}', '等待 {wait:ms} 后重发：{code}'],
  billed: ['every request is billed: a repeat may cost quota', '按请求计费：重发可能消耗额度'],
  attempts_used: ['gives up: all {attempts} attempts are used', '放弃：{attempts} 次尝试已用完'],
  not_repeatable: ['gives up: repeatable {repeatable}, sent {sent}', '放弃：repeatable 为 {repeatable}，已发送 {sent}'],
  non_replayable: ['gives up: a streamed body of over {buffer} bytes is spent', '放弃：超过 {buffer} 字节的流已发送'],
  budget_empty: ['gives up: the {budget} retries of this origin are spent', '放弃：该源站的 {budget} 次重试已用完'],
  does_not_fit: ['gives up: {wait:ms} do not fit into the {left:ms} left', '放弃：需等 {wait:ms}，仅剩 {left:ms}'],
  call_budget: ['gives up: the call has made all its {attempts} attempts', '放弃：本次调用的 {attempts} 次尝试已用完'],
})

/** What may differ from call to call, all checked. */
export type Settings = {
  readonly retries: number
  readonly delay: number
  readonly maxDelay: number
  /** Of an origin, for the note. */
  readonly budget: number
  readonly buffer: number
}

/** The run of a retry layer with these settings. All of its runs share one budget an origin. */
export function repeating(settings: Settings, origins: OriginBudget, name: string) {
  const { retries, delay, maxDelay, budget, buffer } = settings
  const repeat = loop(retries)

  return function run(call: Call, next: Next): Promise<Outcome> {
    return call.body.kind === 'once' ? recorded(call, next) : repeated(call, next)
  }

  /** A body from a stream, kept while it is sent. */
  async function recorded(call: Call, next: Next): Promise<Outcome> {
    const recording = new Recording(call.body as Once, retries === 0 || call.repeatable === 'never' ? 0 : buffer)
    let outcome: Outcome | undefined
    try {
      // what is waited for here is not handed on
      return (outcome = await repeated(call.with({ body: recording }), (given, give) => next(given, give)))
    } finally {
      // an answer may begin before the request has ended: its source is in use until the answer is over
      if (outcome === undefined || outcome.failed) recording.close()
      else outcome.body.whenOver(() => recording.close())
    }
  }

  function repeated(call: Call, next: Next): Promise<Outcome> {
    return andThen(next, call, tried, next)
  }

  function tried(outcome: Outcome, call: Call, next: Next): Outcome | Promise<Outcome> {
    const wait = waitFor(call, outcome, 1)
    return wait === undefined ? outcome : again(call, next, outcome, wait)
  }

  /** Before another attempt than number `made`, of which this came. */
  function waitFor(call: Call, outcome: Outcome, made: number): number | undefined {
    const { healthy, again } = verdicts[outcome.verdict]
    if (healthy) origins.refill(call.origin)
    return again ? waitAfter(call, outcome, made) : undefined
  }

  async function again(call: Call, next: Next, first: Outcome, firstWait: number): Promise<Outcome> {
    let outcome = first
    let wait: number | undefined = firstWait
    await repeat(async (count) => {
      if (!outcome.failed) outcome.body.discard()
      const cut = await call.wait(wait!)
      if (cut !== undefined) {
        outcome = cut
        return false
      }
      const attempt = call.with({ attempt: call.attempt + count })
      outcome = await next(attempt)
      wait = waitFor(attempt, outcome, count + 1)
      return wait !== undefined
    })
    return outcome
  }

  /** Milliseconds to wait before attempt `made + 1`; undefined, with the reason in the ledger, when there shall be none. */
  function waitAfter(call: Call, outcome: Outcome, made: number): number | undefined {
    const { code } = outcome
    if (made > retries) return stops(call, says.attempts_used, { attempts: made, code })
    if (!mayRepeat(call, outcome)) {
      const sent = outcome.failed ? outcome.sent : 'all'
      return stops(call, says.not_repeatable, { repeatable: call.repeatable, sent, code })
    }
    if (!canSend(call.body)) return stops(call, says.non_replayable, { buffer, code })
    // full jitter: drawn below the cap, so that it survives it; on top of what the server asks, so that not all come back at once
    const wait = call.chance() * Math.min(maxDelay, delay * 2 ** (made - 1)) + (outcome.retryAfter ?? 0)
    const left = call.remaining()
    if (wait >= left) return stops(call, says.does_not_fit, { wait, left, code })
    if (call.budget.left <= 0) return stops(call, says.call_budget, { attempts: call.budget.attempts, code })
    if (!origins.take(call.origin)) return stops(call, says.budget_empty, { budget, code })
    call.budget.draw()
    if (made === 1 && call.endpoint?.billed === 'each') call.note(says.billed, {}, name)
    call.note(says.waits, { wait, code }, name)
    return wait
  }

  function stops(call: Call, why: NoteKind, facts: Facts): undefined {
    call.note(why, facts, name)
  }
}
