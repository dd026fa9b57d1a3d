import { stringify } from 'node:querystring'
import type { Dispatcher } from 'undici'
import type { Call } from '../call.ts'
import { toThrow } from '../call-error.ts'
import { Edge, type EdgeOptions } from '../edge.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Reply } from '../reply.ts'
import { encodingsOf } from '../transports/decoder.ts'
import { peer } from '../transports/peer.ts'
import { DispatchControl } from './dispatch-control.ts'
import { foreignBody } from './foreign-body.ts'
import { foreignRequest } from './foreign-request.ts'

export type DispatcherOptions = EdgeOptions

/**
 * A dispatcher of undici over any stack, for its `request`, `stream`, `pipeline` and `fetch` and whatever else takes one.
 * Bodies stream with back-pressure and come decoded, without the headers that said how they were encoded. A call that fails
 * is a CallError, an abort its own reason. An upgrade and CONNECT are refused.
 *
 * @throws ConfigError `MISSING_PEER` when undici is not installed; `CONFIG_INVALID`
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { toDispatcher } from '@penstock/core/dispatcher'
 * import { undiciTransport } from '@penstock/core/undici'
 * import { retry, status } from '@penstock/middleware'
 * import { request } from 'undici'
 *
 * const dispatcher = toDispatcher(pipeline([retry(), status()], undiciTransport()))
 * const { statusCode, body } = await request('https://api.example.com/flaky', { dispatcher })
 * await body.json()
 * await dispatcher.close()
 * ```
 */
export function toDispatcher(pipeline: Pipeline, options: DispatcherOptions = {}): Dispatcher {
  const edge = new Edge('toDispatcher', pipeline, options)
  const undici = peer('undici', 8, 'toDispatcher') as typeof import('undici')

  async function run(given: Dispatcher.DispatchOptions, handler: Handler, control: DispatchControl): Promise<void> {
    const url = new URL(given.origin!)
    const address = new URL(url.origin + pathOf(given))
    const { body, contentType } = foreignBody(given.body, edge.runtime.chance)
    const request = foreignRequest({
      method: given.method,
      url: address,
      headers: headersOf(given.headers),
      body,
      // undici sets one for forms only
      contentType: contentType?.startsWith('multipart/') ? contentType : undefined,
      signal: control.signal,
      options: { stream: true },
    })
    const call = edge.born(request, { origin: url.origin })
    handler.onRequestStart?.(control, {})
    const outcome = await edge.run(call, request)
    if (outcome.failed) throw toThrow(call, outcome)
    try {
      await deliver(outcome, call, handler, control)
    } finally {
      // a handler that throws leaves nothing open
      outcome.body.discard()
    }
  }

  class StackDispatcher extends undici.Dispatcher {
    override dispatch(given: Dispatcher.DispatchOptions, handler: Handler): boolean {
      const control = new DispatchControl()
      const upgrades = Boolean(given.upgrade) || given.method === ('CONNECT' as string)
      const done = upgrades
        ? Promise.reject(new undici.errors.NotSupportedError('A stack carries calls: it upgrades no connection'))
        : run(given, handler, control)
      done.catch((error: unknown) => handler.onResponseError?.(control, error as Error))
      return true
    }

    override close(told?: () => void): any {
      return answered(edge.close(5000), told)
    }

    override destroy(error?: unknown, told?: () => void): any {
      return answered(edge.close(0), typeof error === 'function' ? (error as () => void) : told)
    }
  }

  return new StackDispatcher()
}

type Handler = Dispatcher.DispatchHandler

async function deliver(reply: Reply, call: Call, handler: Handler, control: DispatchControl): Promise<void> {
  const headers = told(reply)
  control.rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => [Buffer.from(name), Buffer.from(one, 'latin1')]),
  )
  const phrase = process.getBuiltinModule('node:http').STATUS_CODES[reply.status] ?? ''
  handler.onResponseStart?.(control, reply.status, headers, phrase)
  const pieces = reply.body.pieces()
  for (;;) {
    await control.flowing()
    const next = await pieces.next()
    if (next.done !== true) handler.onResponseData?.(control, Buffer.from(next.value))
    else if (next.value === undefined) return handler.onResponseEnd?.(control, {})
    else throw toThrow(call, next.value)
  }
}

function answered(done: Promise<void>, told: (() => void) | undefined): Promise<void> | undefined {
  if (told === undefined) return done
  void done.then(told)
  return undefined
}

function pathOf({ path, query }: Dispatcher.DispatchOptions): string {
  return query === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}${stringify(query)}`
}

function headersOf(given: Dispatcher.DispatchOptions['headers']): (readonly [string, string])[] {
  if (given === null || given === undefined) return []
  const pairs: [string, unknown][] = Array.isArray(given)
    ? flat(given)
    : Symbol.iterator in given
      ? [...(given as Iterable<[string, unknown]>)]
      : Object.entries(given)
  return pairs.flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => [name, one as string] as const),
  )
}

/** `[name, value, name, value]`, or a list of pairs. */
function flat(given: readonly unknown[]): [string, unknown][] {
  if (Array.isArray(given[0])) return given as [string, unknown][]
  return given.flatMap((name, at) => (at % 2 === 0 ? [[String(name), given[at + 1]] as [string, unknown]] : []))
}

/** Headers for a body that is decoded already. */
function told({ headers }: Reply): Record<string, string | string[]> {
  const encoding = headers['content-encoding']
  const isDecoded = encoding !== undefined && encodingsOf(encoding) !== undefined
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !isDecoded || (name !== 'content-encoding' && name !== 'content-length'))
      .map(([name, value]) => [name, typeof value === 'string' ? value : [...(value ?? [])]]),
  )
}
