import {
  andThen,
  type Call,
  Failure,
  type Judgement,
  layer,
  type Outcome,
  type Reply,
  retryAfter,
  type Verdict,
} from '@penstock/core'

export type StatusOptions<Name extends string = 'status'> = {
  /** @default 'status' */
  readonly name?: Name
  /** Another verdict for a status, before the table below is asked. @default none */
  readonly verdictOf?: (status: number) => Verdict | undefined
}

/**
 * Judge a reply by its HTTP status, when nobody inside has judged it by what it says. The body is taken in first, so that
 * one that stalls or breaks off is a failure of this attempt; not when the call streams.
 *
 * @example
 * ```ts
 * import { status } from '@penstock/middleware'
 *
 * const judge = status({ verdictOf: code => (code === 404 ? 'ok' : undefined) })
 * ```
 */
export function status<const Name extends string = 'status'>(options: StatusOptions<Name> = {}) {
  const { name = 'status' as Name, verdictOf } = options
  return layer({
    name,
    slot: 'judge',
    verdicts: 'gives',
    run: (call, next) => andThen(next, call, judged),
  })

  function judged(outcome: Outcome, call: Call): Outcome | Promise<Outcome> {
    if (outcome.failed || outcome.verdict !== 'unknown') return outcome
    if (call.streams) return judge(call, outcome)
    const { whole } = outcome.body
    if (whole === undefined)
      return outcome.body.read().then((read) => (read instanceof Failure ? read : judge(call, outcome)))
    // no instanceof: a buffer has five prototypes to be looked through
    return (whole as Partial<Failure>).failed ? (whole as Failure) : judge(call, outcome)
  }

  function judge(call: Call, reply: Reply): Reply {
    return reply.judged(judgement(reply, verdictOf?.(reply.status), call))
  }
}

function judgement(reply: Reply, own: Verdict | undefined, call: Call): Judgement {
  const verdict = own ?? byStatus(reply.status)
  if (verdict === 'ok') return ok
  const left = reply.status >= 300 && reply.status < 400
  return {
    verdict,
    code: left ? 'REDIRECT_LEFT' : `STATUS_${reply.status}`,
    retryAfter: retryAfter(reply.headers, call.clock.date()),
  }
}

const ok: Judgement = Object.freeze({ verdict: 'ok' })

/** HTTP's own answer to "what does this mean". A redirect that nobody followed is a mistake in the address. */
function byStatus(code: number): Verdict {
  if (code < 300 || code === 304) return 'ok'
  if (code === 401) return 'token'
  if (code === 403) return 'denied'
  if (code === 408) return 'timeout'
  if (code === 413) return 'size'
  if (code === 425 || code === 503) return 'busy'
  if (code === 429) return 'rate'
  return code < 500 ? 'input' : 'server'
}
