import { type Body } from '../body.ts'
import type { Chance } from '../clock.ts'
import type { RequestOptions } from '../request.ts'
import { foreignBody } from './foreign-body.ts'
import type { Foreign } from './foreign-request.ts'
import { readyBody } from './ready-body.ts'

/** What a call may say beside the standard's own options. */
export type PenstockInit = Pick<
  RequestOptions,
  'repeatable' | 'diagnose' | 'parent' | 'stream' | 'query' | 'onUpload' | 'onDownload' | 'hooks' | 'layers'
>

export type FetchInit = RequestInit & { readonly duplex?: 'half'; readonly penstock?: PenstockInit }

export type FetchInput = Omit<Foreign, 'options'> & {
  readonly redirect: 'follow' | 'manual' | 'error'
  readonly penstock: PenstockInit | undefined
}

/** What `fetch(input, init)` asks for, by the standard's rules. @throws TypeError */
export async function fetchInput(input: unknown, init: FetchInit, chance: Chance): Promise<FetchInput> {
  const request = isRequest(input) ? input : undefined
  const url = URL.parse(request?.url ?? String(input))
  if (url === null || !/^https?:$/.test(url.protocol)) throw new TypeError('The URL is no absolute http or https URL')
  if (url.username !== '' || url.password !== '') throw new TypeError('The URL holds a user or a password')
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase()
  if (/^(CONNECT|TRACE|TRACK)$/.test(method)) throw new TypeError(`fetch does not send ${method}`)
  if (init.integrity || request?.integrity) throw new TypeError('integrity is not checked here: leave it out')
  const signal = init.signal === undefined ? request?.signal : (init.signal ?? undefined)
  const cache = init.cache ?? request?.cache
  const headers = new Headers(init.headers ?? request?.headers)
  if (!headers.has('accept')) headers.set('accept', '*/*')
  if (cache === 'no-store' || cache === 'reload') headers.set('cache-control', 'no-cache')
  if (cache === 'no-cache') headers.set('cache-control', 'max-age=0')
  const { body, contentType } = await bodyOf(request, init, chance)
  if (body.kind !== 'none' && (method === 'GET' || method === 'HEAD'))
    throw new TypeError('A request with method GET or HEAD has no body')
  return {
    method,
    url,
    headers,
    body,
    contentType,
    signal,
    redirect: init.redirect ?? request?.redirect ?? 'follow',
    penstock: init.penstock,
  }
}

/** Another realm's, or another library's, too. */
const isRequest = (input: unknown): input is Request =>
  typeof input === 'object' && input !== null && 'url' in input && 'method' in input && 'headers' in input

async function bodyOf(
  request: Request | undefined,
  init: FetchInit,
  chance: Chance,
): Promise<{ readonly body: Body; readonly contentType?: string | undefined }> {
  const { body } = init
  if (body === undefined || body === null) {
    if (request?.bodyUsed === true) throw new TypeError('The body of the Request has been read already')
    return request?.body ? { body: await readyBody(request.body) } : foreignBody(undefined, chance)
  }
  if (body instanceof ReadableStream) {
    if (init.duplex !== 'half') throw new TypeError("A stream as the body needs duplex: 'half'")
    if (body.locked) throw new TypeError('The stream of the body is locked')
  }
  return foreignBody(body, chance)
}
