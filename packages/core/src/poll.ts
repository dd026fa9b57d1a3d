import { CallError } from './call-error.ts'
import { type Chance, type Clock, systemChance, systemClock } from './clock.ts'
import { ConfigError } from './errors.ts'
import { type ReplyHeaders, retryAfter } from './headers.ts'
import { PollError } from './poll-error.ts'

/** What a check found. A failed task is final; one that is not done is asked for again. */
export type Checked<Value> =
  | { readonly done: true; readonly value: Value }
  | {
      readonly done: false
      /** The reply, whose `Retry-After` says when to ask again. */
      readonly reply?: { readonly headers: ReplyHeaders }
      /** Milliseconds until the next check, as the server asks. @default Retry-After of the reply, else the schedule */
      readonly after?: number
    }
  | { readonly failed: string }

/** How far a task has come: told once its id is known, and after every check that did not end it. */
export type PollProgress = { readonly id: string; readonly checks: number; readonly wait: number }

export type PollOptions<Value> = {
  /** Starts the task, and gives its id. Not asked when there is an `id`. */
  readonly submit?: (call: { readonly signal: AbortSignal }) => Promise<string>
  /** Of a task that was submitted before: goes on with it. */
  readonly id?: string
  /** One call that asks how the task stands. Hand the signal on to it. */
  readonly check: (id: string, call: { readonly signal: AbortSignal }) => Promise<Checked<Value>>
  /** Milliseconds before the first check, and of the schedule's first wait. @default 1_000 */
  readonly delay?: number
  /** The longest wait of the schedule, in milliseconds; a server may ask for longer ones. @default 30_000 */
  readonly maxDelay?: number
  /** What each wait is longer than the one before. @default 1.5 */
  readonly factor?: number
  /** Milliseconds for all of it, submitting included. @default 600_000 */
  readonly deadline?: number
  /** Checks in a row that may fail in a way another try may mend. @default 3 */
  readonly faults?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: PollProgress) => void
  /** @default the process's own */
  readonly clock?: Clock
  /** @default Math.random */
  readonly chance?: Chance
}

/**
 * Follow an asynchronous task to its end: submit it, then ask at the server's pace, or by a schedule that backs off, up to
 * a quarter shorter by chance. A wait that does not fit the time left is not begun. What `submit` throws comes out as it is, and so does the
 * reason of an abort, which ends wait and check at once.
 *
 * @throws PollError `POLL_DEADLINE`, `POLL_FAILED`, `POLL_CHECK`, with the `id` to go on with; ConfigError
 * @example
 * ```ts
 * import { client, pipeline, poll } from '@penstock/core'
 * import { gotTransport } from '@penstock/core/got'
 * import { status } from '@penstock/middleware'
 *
 * await using http = client({ pipeline: pipeline([status()], gotTransport()), origin: 'https://api.example.com' })
 * const value: unknown = await poll({
 *   submit: async ({ signal }) => (await (await http.post('/jobs', { signal })).json()).path,
 *   async check(id, { signal }) {
 *     const reply = await http.get(id, { signal })
 *     return reply.status === 202 ? { done: false, reply } : { done: true, value: await reply.json() }
 *   },
 *   delay: 10,
 * })
 * ```
 */
export async function poll<Value>(options: PollOptions<Value>): Promise<Value> {
  const { submit, check, onProgress, signal, clock = systemClock, chance = systemChance } = options
  const { delay = 1_000, maxDelay = 30_000, factor = 1.5, deadline = 600_000, faults = 3 } = options
  validate({ delay, maxDelay, factor, deadline, faults }, options)
  let { id } = options
  let checks = 0
  const fails = (code: string, message: string, cause?: unknown) => new PollError(code, message, { id, checks }, cause)

  signal?.throwIfAborted()
  const endsAt = clock.now() + deadline
  const controller = new AbortController()
  const over = Promise.withResolvers<never>()
  // who waits hears of it; nobody may be waiting
  over.promise.catch(() => {})
  const end = (reason: unknown) => {
    controller.abort(reason)
    over.reject(reason)
  }
  const aborted = () => end(signal!.reason)
  const late = () => fails('POLL_DEADLINE', `The task was not done within ${deadline} ms, after ${checks} checks`)
  const timer = clock.setTimer(() => end(late()), deadline)
  signal?.addEventListener('abort', aborted)

  try {
    id ??= await Promise.race([submit!({ signal: controller.signal }), over.promise])
    let faulty = 0
    for (let wait = options.id === undefined ? delay : 0, base = delay; ; base = Math.min(maxDelay, base * factor)) {
      onProgress?.({ id, checks, wait })
      if (wait >= endsAt - clock.now()) throw late()
      await pause(wait)
      const found = await once(id)
      if (found instanceof CallError) {
        if (!found.retryable || ++faulty > faults) throw fails('POLL_CHECK', 'The task could not be asked for', found)
        wait = found.retryAfter ?? scheduled(base)
        continue
      }
      faulty = 0
      if ('failed' in found) throw fails('POLL_FAILED', `The task failed: ${found.failed}`)
      if (found.done) return found.value
      wait = found.after ?? (found.reply && retryAfter(found.reply.headers, clock.date())) ?? scheduled(base)
    }
  } finally {
    clock.clearTimer(timer)
    signal?.removeEventListener('abort', aborted)
  }

  async function once(id: string): Promise<Checked<Value> | CallError> {
    checks++
    try {
      return await Promise.race([check(id, { signal: controller.signal }), over.promise])
    } catch (error) {
      controller.signal.throwIfAborted()
      if (error instanceof CallError) return error
      throw error
    }
  }

  async function pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = clock.setTimer(resolve, milliseconds)
    try {
      await Promise.race([promise, over.promise])
    } finally {
      clock.clearTimer(timer)
    }
  }

  function scheduled(base: number): number {
    return Math.min(maxDelay, base * factor) * (1 - chance() / 4)
  }
}

function validate(numbers: Readonly<Record<string, number>>, { submit, id }: PollOptions<unknown>): void {
  const wrong = Object.keys(numbers).find((name) => !(numbers[name]! >= (name === 'factor' ? 1 : 0)))
  if (wrong !== undefined) throw new ConfigError('CONFIG_INVALID', `poll({ ${wrong} }) is not a number that can work`)
  if (submit === undefined && id === undefined) throw new ConfigError('CONFIG_INVALID', 'poll() takes submit or id')
}
