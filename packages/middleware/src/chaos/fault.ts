import {
  bytesBody,
  type Call,
  Failure,
  type Handler,
  type Outcome,
  Reply,
  type ReplyHeaders,
  type VerdictTable,
} from '@penstock/core'
import { Truncated } from './truncated.ts'

/** What goes wrong with one request. */
export type Fault =
  /** It sets out later, by `milliseconds` and up to `jitter` more (0 by default). */
  | { readonly fault: 'latency'; readonly milliseconds: number; readonly jitter?: number }
  /** The connection breaks: before anything was sent, or (the default) when the server has done its work. */
  | { readonly fault: 'reset'; readonly when?: 'connect' | 'answer' }
  /** The answer breaks off after `bytes` bytes. */
  | { readonly fault: 'truncation'; readonly bytes: number }
  /** It is answered here, and nothing is sent. Names of headers in lower case. */
  | { readonly fault: 'status'; readonly status: number; readonly headers?: ReplyHeaders; readonly body?: string }
  /** It is answered here, with a code of the vendor's table and status 200. Calls without a table pass. */
  | { readonly fault: 'vendor'; readonly code: string; readonly message?: string }
  /** The server's `Date` is off by `milliseconds`, which may be negative. */
  | { readonly fault: 'skew'; readonly milliseconds: number }
  /** Nothing: a place in a script that lets a request pass. */
  | { readonly fault: 'none' }

/** What a fault says is wrong with its numbers; undefined when nothing is. */
export function wrongWith(fault: Fault): string | undefined {
  const wrong = (option: string, value: unknown, give: string) =>
    `${fault.fault}: ${option} is ${String(value)}: give ${give}`
  const time = 'a number of milliseconds from zero up'
  switch (fault.fault) {
    case 'latency': {
      const { milliseconds, jitter = 0 } = fault
      if (!isFromZero(milliseconds)) return wrong('milliseconds', milliseconds, time)
      return isFromZero(jitter) ? undefined : wrong('jitter', jitter, time)
    }
    case 'reset':
      return ['connect', 'answer', undefined].includes(fault.when)
        ? undefined
        : wrong('when', fault.when, "'connect' or 'answer'")
    case 'truncation':
      return isFromZero(fault.bytes) ? undefined : wrong('bytes', fault.bytes, 'a number from zero up')
    case 'status':
      return Number.isInteger(fault.status) && fault.status >= 200 && fault.status <= 599
        ? undefined
        : wrong('status', fault.status, 'a whole number from 200 to 599')
    case 'vendor':
      return typeof fault.code === 'string' ? undefined : wrong('code', fault.code, 'the code as text')
    case 'skew':
      return Number.isFinite(fault.milliseconds)
        ? undefined
        : wrong('milliseconds', fault.milliseconds, 'a number of milliseconds')
    case 'none':
      return undefined
    default:
      return `${String((fault as { fault?: unknown }).fault)} is no fault: give latency, reset, truncation, status, vendor, skew or none`
  }
}

const isFromZero = (value: unknown) => typeof value === 'number' && value >= 0 && value < Infinity

/** A request to which the fault happens. */
export async function struck(call: Call, next: Handler, fault: Fault, about: About): Promise<Outcome> {
  switch (fault.fault) {
    case 'latency': {
      const { milliseconds, jitter = 0 } = fault
      return (await call.wait(milliseconds + call.chance() * jitter)) ?? next(call)
    }
    case 'reset':
      return fault.when === 'connect' ? reset(about.name, 'none') : lost(await next(call), about.name)
    case 'truncation':
      return changed(await next(call), ({ body }) => ({ body: new Truncated(body, fault.bytes, about.name) }))
    case 'status':
      return new Reply(fault.status, fault.headers ?? {}, bytesBody(Buffer.from(fault.body ?? '')))
    case 'vendor':
      return answered(fault, call.endpoint?.verdicts ?? about.verdicts) ?? next(call)
    case 'skew':
      return changed(await next(call), (reply) => {
        const date = Date.parse(reply.header('date') ?? '') || call.clock.date()
        return { headers: { ...reply.headers, date: new Date(date + fault.milliseconds).toUTCString() } }
      })
    default:
      return next(call)
  }
}

/** What a fault needs to know of its layer. */
export type About = { readonly name: string; readonly verdicts: VerdictTable | undefined }

const reset = (name: string, sent: 'none' | 'all') =>
  new Failure('network', 'CONNECTION_RESET', name, 'the connection breaks, by a script', {
    phase: sent === 'none' ? 'connect' : 'wait',
    sent,
  })

/** The server has answered, and nobody hears it. */
function lost(outcome: Outcome, name: string): Outcome {
  if (outcome.failed) return outcome
  outcome.body.discard()
  return reset(name, 'all')
}

function changed(outcome: Outcome, change: (reply: Reply) => Partial<Pick<Reply, 'headers' | 'body'>>): Outcome {
  if (outcome.failed) return outcome
  const { status, headers, body, reusedSocket, judgement, url } = outcome
  const { headers: otherHeaders = headers, body: otherBody = body } = change(outcome)
  return new Reply(status, otherHeaders, otherBody, reusedSocket, judgement, url)
}

/** The vendor's code and text where its table says that they stand. */
function answered(fault: Extract<Fault, { fault: 'vendor' }>, table: VerdictTable | undefined): Reply | undefined {
  if (table === undefined) return undefined
  const { code, message = table.rows[code]?.message ?? '' } = fault
  const reply: Record<string, unknown> = {}
  put(reply, table.code, /^-?\d+$/.test(code) ? Number(code) : code)
  put(reply, table.message, message)
  return new Reply(200, { 'content-type': 'application/json' }, bytesBody(Buffer.from(JSON.stringify(reply))))
}

/** At a dotted path. */
function put(object: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop()!
  let inner = object
  for (const key of keys) inner = (inner[key] ??= {}) as Record<string, unknown>
  inner[last] = value
}
