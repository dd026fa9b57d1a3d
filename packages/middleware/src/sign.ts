import {
  type Call,
  canSend,
  ConfigError,
  duration,
  Failure,
  layer,
  type Next,
  notes,
  type Outcome,
  refused,
  verdicts,
} from '@penstock/core'
import { nonce } from './sign/nonce.ts'
import { read } from './sign/read.ts'
import { requestToSign, type RequestToSign } from './sign/request-to-sign.ts'
import { ServerTimes } from './sign/server-times.ts'
import { sealed, type Signature } from './sign/signature.ts'

export type { RequestToSign, Signature }

export type SignOptions<Name extends string = 'sign'> = {
  /** Called once an attempt, with a new nonce and the server's time. What it throws is a bug, and passes. */
  readonly sign: (request: RequestToSign) => Signature | Promise<Signature>
  /** What it needs of the body: its digest, or all of its bytes. @default nothing */
  readonly reads?: 'sha256' | 'sha512' | 'sha1' | 'md5' | 'bytes'
  /** Bytes of a body that are held for `reads: 'bytes'`. @default 16_777_216 */
  readonly buffer?: number
  /** Milliseconds the two clocks may differ: less is corrected, more refused. `Infinity` corrects all. @default 900_000 */
  readonly within?: number
  /** @default 'sign' */
  readonly name?: Name
}

const says = notes('sign', {
  corrects: ['signs by the server’s clock, {drift:ms} from ours', '按服务器时钟签名，与本机相差 {drift:ms}'],
  apart: ['the clocks are {drift:ms} apart: more than {within:ms}', '时钟相差 {drift:ms}，超过 {within:ms}'],
  again: ['signs again: the clocks were {drift:ms} apart', '重新签名：时钟相差 {drift:ms}'],
})

/** Clocks this far apart count as one: a `Date` has no parts of a second. */
const tolerance = 2_000

/**
 * Sign every attempt: a vendor's own function sees method, address, headers and body as they will be sent, and gives headers
 * or parameters, which are secrets from then on. The server's clock is learnt from its replies and counted on by the
 * monotonic one; a refusal that came of a wrong clock is answered by one further attempt.
 *
 * @throws ConfigError when an option has a value that cannot work
 * @example
 * ```ts
 * import { createHmac } from 'node:crypto'
 * import { sign } from '@penstock/middleware'
 *
 * const signed = sign({
 *   reads: 'sha256',
 *   sign: ({ method, path, date, nonce, digest }) => ({
 *     headers: {
 *       'x-date': String(date),
 *       'x-nonce': nonce,
 *       'x-signature': createHmac('sha256', 'key').update([method, path, date, nonce, digest!.toString('hex')].join()).digest('hex'),
 *     },
 *   }),
 * })
 * ```
 */
export function sign<const Name extends string = 'sign'>(options: SignOptions<Name>) {
  const { reads, buffer = 16_777_216, within = 900_000, name = 'sign' as Name } = options
  for (const [option, value] of Object.entries({ buffer, within }))
    if (typeof value !== 'number' || !(value >= 0)) throw invalid(`${name}({ ${option} }) is a number from zero up`)
  if (typeof options.sign !== 'function') throw invalid(`${name}({ sign }) is a function`)
  const times = new ServerTimes()

  return layer({
    name,
    slot: 'seal',
    calls: 'many',
    about: [reads, within === Infinity ? '' : `± ${duration(within)}`].filter(Boolean).join(', '),
    traits: { reads, within },
    async run(call: Call, next: Next) {
      const drift = times.drift(call, within)
      const outcome = await signed(call, next, drift)
      times.learn(call, outcome)
      const now = times.drift(call, within)
      if (!blamesClock(outcome, now - drift)) return outcome
      if (Math.abs(now) > within) {
        call.note(says.apart, { drift: Math.abs(now), within }, name)
        return outcome
      }
      if (!canSend(call.body) || !call.budget.draw()) return outcome
      call.note(says.again, { drift: Math.abs(now) }, name)
      if (!outcome.failed) outcome.body.discard()
      return signed(call, next, now)
    },
  })

  async function signed(call: Call, next: Next, drift: number): Promise<Outcome> {
    if (Math.abs(drift) > within) return skewed(call, drift)
    const corrects = Math.abs(drift) > tolerance
    const body = reads === undefined ? undefined : await read(call, reads, buffer, name)
    if (body instanceof Failure) return body
    const sending = body?.bytes === undefined ? call : call.with({ body: { kind: 'bytes', bytes: body.bytes } })
    const date = call.clock.date() + (corrects ? Math.round(drift) : 0)
    const given = options.sign(requestToSign(sending, body, date, nonce(call.chance)))
    const signature = given instanceof Promise ? await call.until(given) : given
    if (signature instanceof Failure) return signature
    if (corrects) call.note(says.corrects, { drift: Math.abs(drift) }, name)
    return next(sealed(sending, signature))
  }

  function skewed({ clock }: Call, drift: number): Failure {
    const ours = clock.date()
    const [here, there] = [ours, ours + drift].map((at) => new Date(at).toISOString().slice(0, 19) + 'Z')
    const because = `this machine's clock says ${here}, the server's ${there}: more than ${duration(within)} apart`
    return refused('CLOCK_SKEW', name, because)
  }
}

/** A no to the caller, and with it a time that is not what was signed. */
function blamesClock(outcome: Outcome, learnt: number): boolean {
  const { again, blame } = verdicts[outcome.verdict]
  return !again && blame === 'caller' && Math.abs(learnt) > tolerance
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', because)
