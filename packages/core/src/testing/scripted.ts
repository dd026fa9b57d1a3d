import type { Call } from '../call.ts'
import type { ReplyHeaders } from '../headers.ts'
import { Failure, type FailureFacts, type Outcome } from '../outcome.ts'
import type { Transport } from '../transport.ts'
import { bytesBody, Reply } from '../reply.ts'
import { silent } from '../transports/silence.ts'
import { Wait } from '../wait.ts'

/** What a scripted server does with one request. */
export type Step = (call: Call<any>) => Outcome | Promise<Outcome>

export type ScriptedTransport = Transport & {
  /** Every call it was given, in order. */
  readonly calls: readonly Call<any>[]
}

/**
 * A transport that plays one step a request, the last one for ever. Bodies are opened and read to their end.
 *
 * @example
 * ```ts
 * import { client, pipeline } from '@penstock/core'
 * import { breaks, replies, scriptedTransport } from '@penstock/core/testing'
 * import { retry, status } from '@penstock/middleware'
 *
 * const transport = scriptedTransport(breaks('CONNECTION_RESET'), replies(200, {}, 'there'))
 * const http = client({ pipeline: pipeline([retry({ delay: 1 }), status()], transport), origin: 'https://api.example.com' })
 * const reply = await http.get('/')
 * await reply.text() // there
 * ```
 */
export function scriptedTransport(...steps: readonly [Step, ...Step[]]): ScriptedTransport {
  const calls: Call<any>[] = []
  return {
    name: 'scripted',
    calls,
    async send(call) {
      const step = steps[Math.min(calls.length, steps.length - 1)]!
      calls.push(call)
      const { body } = call
      if (body.kind === 'factory' || body.kind === 'once') for await (const _ of body.open());
      return step(call)
    },
    close: async () => {},
  }
}

/** Answers at once. */
export const replies =
  (status: number, headers: ReplyHeaders = {}, body: string | Uint8Array = ''): Step =>
  () =>
    new Reply(status, headers, bytesBody(typeof body === 'string' ? Buffer.from(body) : body))

/** Answers with JSON at once. */
export const repliesJson = (value: unknown, status = 200): Step =>
  replies(status, { 'content-type': 'application/json' }, JSON.stringify(value))

/** Breaks on the wire: by default after everything was sent. */
export const breaks =
  (code: string, facts: FailureFacts = {}): Step =>
  () =>
    new Failure('network', code, 'scripted', `the script says ${code}`, { phase: 'wait', sent: 'all', ...facts })

/** Never answers, until the call is over. */
export const hangs = (): Step => (call) => new Hanging(call).done

/** Does `step` after a while. */
export const later =
  (milliseconds: number, step: Step): Step =>
  async (call) =>
    (await call.wait(milliseconds))?.at('wait', 'all') ?? step(call)

/** Sends its headers and first bytes, then nothing more. */
export const stalls = (status = 200, headers: ReplyHeaders = {}, first = '{'): Step => {
  return (call) => {
    const rest = new Stalling(call).done.then((outcome) => (outcome as Failure).at('receive', 'all'))
    return new Reply(status, headers, {
      read: () => rest,
      async *pieces() {
        yield Buffer.from(first)
        return rest
      },
      discard() {},
      whenOver: (tell) => void rest.then(tell),
    })
  }
}

class Hanging extends Wait {
  readonly done: Promise<Outcome>
  #resolve!: (outcome: Outcome) => void

  constructor(call: Call<any>, dueAt?: number) {
    super(call, dueAt)
    this.done = new Promise((resolve) => (this.#resolve = resolve))
    this.begin()
  }

  protected stop(why: Failure): void {
    this.#resolve(why.at('wait', 'all'))
  }
}

/** Hangs in a body, where silence may be bounded. */
class Stalling extends Hanging {
  readonly #silentAt: number

  constructor(call: Call<any>) {
    const silentAt = call.clock.now() + (call.wire.idle?.after ?? Infinity)
    super(call, Math.min(call.deadlineAt, silentAt))
    this.#silentAt = silentAt
  }

  override due(): void {
    const { idle } = this.call.wire
    if (idle === undefined || this.call.deadlineAt <= this.#silentAt) return super.due()
    this.dueAt = Infinity
    this.cut(silent(idle))
  }
}
