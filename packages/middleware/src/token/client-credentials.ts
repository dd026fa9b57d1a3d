import {
  type Call,
  decoded,
  type Endpoint,
  Failure,
  notes,
  type Outcome,
  type Reply,
  type Secret,
  verdicts,
} from '@penstock/core'
import type { Next } from '@penstock/core'
import type { Source } from './source.ts'

export type ClientCredentialsOptions = {
  readonly clientId: string | Secret
  readonly clientSecret: string | Secret
  /** The token call: takes grant_type, client_id, client_secret, scope; gives access_token, expires_in. @default that of RFC 6749 */
  readonly endpoint?: Endpoint<any, any>
  /** Where the default endpoint is. @default '/oauth/token' */
  readonly path?: string
  /** Who issues tokens. @default the origin of the call that needs one */
  readonly origin?: string
  /** @default none */
  readonly scope?: string
  /** Tries after the first one, when another may help. @default 3 */
  readonly retries?: number
  /** What to do when the wall clocks are more than 600 s apart. @default 'note' */
  readonly drift?: 'note' | 'refuse'
}

const says = notes('token', {
  waits: ['waits {wait:ms}, then asks again: {code}', '等待 {wait:ms} 后重新获取：{code}'],
  does_not_fit: [
    'gives up: a wait of {wait:ms} does not fit into the {left:ms} left',
    '放弃：需等待 {wait:ms}，剩余时间仅 {left:ms}',
  ],
  drift: [
    'the clocks are {apart:ms} apart: {here} here, {there} at the server',
    '时钟相差 {apart:ms}：本机 {here}，服务器 {there}',
  ],
})

/** Milliseconds before a second try at most; the ceiling doubles with each. */
const delay = 200
/** Milliseconds the wall clocks may be apart. */
const tolerance = 600_000

/** A token endpoint, asked with an id and a secret. */
export function clientCredentials(options: {
  readonly clientId: Secret
  readonly clientSecret: Secret
  readonly endpoint: Endpoint<any, any>
  readonly scope: string | undefined
  readonly retries: number
  readonly drift: 'note' | 'refuse'
  readonly name: string
}): Source {
  const { clientId, clientSecret, endpoint, scope, retries, drift, name } = options

  /** Waits are on top of what the server asks for. */
  async function answer(call: Call, next: Next): Promise<Outcome> {
    for (let made = 1; ; made++) {
      const sent = call.with({ attempt: made })
      const outcome = await next(sent)
      if (!verdicts[outcome.verdict].again || !call.budget.draw()) return outcome
      const wait = call.chance() * delay * 2 ** (made - 1) + (outcome.retryAfter ?? 0)
      const left = call.remaining()
      if (wait >= left) {
        sent.note(says.does_not_fit, { wait, left }, name)
        return outcome
      }
      if (!outcome.failed) outcome.body.discard()
      sent.note(says.waits, { wait, code: outcome.code }, name)
      const cut = await call.wait(wait)
      if (cut !== undefined) return cut
    }
  }

  /** Undefined while the clocks agree well enough. */
  function drifted(call: Call, reply: Reply): Failure | undefined {
    const theirs = Date.parse(reply.header('date') ?? '')
    const ours = call.clock.date()
    const apart = Math.abs(ours - theirs)
    if (!(apart > tolerance)) return undefined
    const [here, there] = [ours, theirs].map((date) => new Date(date).toISOString()) as [string, string]
    call.note(says.drift, { apart, here, there }, name)
    if (drift === 'note') return undefined
    const because = `the clock here says ${here}, the server's ${there}`
    return new Failure('refused', 'TOKEN_UNAVAILABLE', name, because)
  }

  return {
    endpoint,
    input: {
      grant_type: 'client_credentials',
      client_id: clientId.reveal(),
      client_secret: clientSecret.reveal(),
      ...(scope === undefined ? {} : { scope }),
    },
    attempts: retries + 1,
    async ask(call, next) {
      const outcome = await answer(call, next)
      if (outcome.failed) return outcome
      if (outcome.verdict !== 'ok' && outcome.verdict !== 'unknown') return said(outcome, name)
      const issued = await decoded<Issued>(outcome, endpoint.output)
      if (issued instanceof Failure) return issued
      return drifted(call, outcome) ?? { token: issued.access_token, expiresIn: issued.expires_in * 1000 }
    },
  }
}

type Issued = { readonly access_token: string; readonly expires_in: number }

/** What the server said, in the words of its table. */
function said(reply: Reply, name: string): Failure {
  const { verdict, status, retryAfter, judgement, code } = reply
  const { row, vendorCode } = judgement
  const bare = code === `STATUS_${status}` ? '' : `, ${code}`
  const word = row === undefined ? bare : `, ${vendorCode} (${code}): ${row.meaning.en}`
  const because = `the token endpoint answers ${status}${word}`
  return new Failure(verdict, 'TOKEN_UNAVAILABLE', name, because, { retryAfter, hint: row?.advice })
}
