import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Chance } from './chance.ts'
import type { EmulatorClock } from './clock.ts'
import type { Engine } from './engine.ts'
import type { Fault } from './faults.ts'
import { form } from './form.ts'
import type { EmulatorOptions } from './options.ts'
import { daily, qps } from './qps.ts'
import { readBody } from './read-body.ts'
import { recognition } from './recognition.ts'
import { type Answer, failure, html, success } from './reply.ts'
import { routes, tokenPath } from './routes.ts'
import type { SeenRequest } from './seen-request.ts'
import { send } from './send.ts'
import { tokenDesk } from './token.ts'

export type ServiceOptions = EmulatorOptions & {
  readonly apiKey: string
  readonly secretKey: string
  readonly clock: EmulatorClock
  readonly chance: Chance
  readonly engine: Engine
  readonly signal: AbortSignal
}

export type Service = {
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    seen: SeenRequest,
    fault: Fault | undefined,
    reset: () => void,
  ) => Promise<void>
  readonly expireTokens: () => void
}

const month = 30 * 24 * 3_600_000

/** From a request to its answer. Who may call, and how often, is decided when the head arrives; the rest after the body. */
export const service = (options: ServiceOptions): Service => {
  const { apiKey, secretKey, clock, chance, engine, signal } = options
  const { tokenLife = month, strictHttpStatus = false, latency = 0 } = options
  const desk = tokenDesk({ apiKey, secretKey, life: tokenLife, clock, chance })
  const paths = routes(options.limits)
  const isPaced = options.qps === undefined ? () => true : qps(options.qps, options.window ?? 'sliding')
  const isAllowed = options.daily === undefined ? () => true : daily(options.daily)

  // odd and beyond 2^53, so that no double holds it
  const logId = () => (BigInt(Math.floor(clock.now())) * 1_000_000n + BigInt(`0x${chance(4)}`)) | 1n
  const refuse = (code: number) => failure(code, logId(), strictHttpStatus)

  /** The gateway's code, none where the request may pass. */
  const gate = (request: IncomingMessage, path: string): number | undefined => {
    if (!paths.has(path) || request.method !== 'POST') return 3
    const denied = authorization(request) ?? desk.judge(accessToken(request))
    if (denied !== undefined) return denied
    if (!isPaced(path, clock.elapsed())) return 18
    return isAllowed(path, clock.now()) ? undefined : 17
  }

  const truth = async (
    request: IncomingMessage,
    path: string,
    denied: number | undefined,
  ): Promise<Answer | 'gone'> => {
    const body = await readBody(request)
    if (body === 'gone') return 'gone'
    if (body === 'too large') return html(413, '413 Request Entity Too Large')
    const read = () => form(body, request.headers['content-type'])
    if (path === tokenPath) return desk.issue(merged(queryOf(request), (await read()).fields))
    if (denied !== undefined) return refuse(denied)
    const found = await recognition(await read(), paths.get(path)!, { engine, clock, latency, signal })
    return typeof found === 'number' ? refuse(found) : success(logId(), found)
  }

  return {
    expireTokens: () => desk.expireAll(),
    async answer(request, response, seen, fault, reset) {
      if (fault?.kind === 'reset' && fault.after !== 'body') return reset()
      const spoiled = fault && spoil(fault, refuse)
      const denied =
        spoiled || fault?.kind === 'reset' || seen.path === tokenPath ? undefined : gate(request, seen.path)
      const answer =
        spoiled || fault?.kind === 'reset' || fault?.kind === 'stall'
          ? await drained(request, spoiled)
          : await truth(request, seen.path, denied)
      if (fault?.kind === 'reset') return reset()
      if (answer === 'gone' || answer === undefined || signal.aborted) return
      seen.status = answer.status
      if (answer.code !== undefined) seen.code = answer.code
      await send(response, answer, fault, clock, signal)
    },
  }
}

/** What a fault puts in the place of the true answer. */
const spoil = ({ kind, status = 502, code = 18 }: Fault, refuse: (code: number) => Answer): Answer | undefined => {
  if (kind === 'status') return html(status, `${status} ${status === 502 ? 'Bad Gateway' : 'Error'}`)
  if (kind === 'html') return html(200, 'Welcome')
  if (kind === 'code') return refuse(code)
  if (kind === 'json')
    return { ...html(200, ''), headers: { 'content-type': 'application/json' }, body: '{"words_result":[{"words":' }
  return undefined
}

const drained = async (request: IncomingMessage, answer: Answer | undefined): Promise<Answer | undefined> => {
  await readBody(request)
  return answer
}

const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams => {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}

/** The vendor's own SDK appends a second `?aipSdk=node` to the token. */
const accessToken = (request: IncomingMessage): string | null =>
  queryOf(request).get('access_token')?.split('?', 1)[0] ?? null

/** The two other ways to sign in, which the emulator gives to nobody. */
const authorization = ({ headers: { authorization = '' } }: IncomingMessage): number | undefined => {
  if (authorization.startsWith('bce-auth-v1/')) return 14
  return authorization.startsWith('Bearer ') ? 110 : undefined
}

const merged = (query: URLSearchParams, fields: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...query, ...fields])
