import type { Birthplace } from './birth.ts'
import { type Body, noBody, onceBody } from './body.ts'
import type { CallFields } from './call-fields.ts'
import type { Chance } from './clock.ts'
import { form } from './encode/form.ts'
import { json } from './encode/json.ts'
import { multipart } from './encode/multipart.ts'
import { boundary } from './encode/boundary.ts'
import { fillPath } from './encode/path.ts'
import { query } from './encode/query.ts'
import type { Repeatable } from './endpoint.ts'
import { InputError } from './errors.ts'
import { lowerCased, noHeaders } from './headers.ts'
import type { QueryValue, Request } from './request.ts'
import { Secret } from './secret.ts'

/** What a request says of a call. */
export type Prepared = Pick<CallFields, 'method' | 'headers' | 'body' | 'repeatable'> & { readonly address: Address }

/** A request as the fields of a call, everything checked. @throws InputError */
export function prepared(request: Request, place: Birthplace): Prepared {
  const { path: template, method: named = 'GET', signal, headers: given } = request
  if (typeof template !== 'string' || typeof named !== 'string') throw invalid('path or method is no text')
  // asked for what is needed of it: other realms have signals of their own
  if (signal && typeof signal.addEventListener !== 'function') throw invalid('the signal is no AbortSignal')
  const method = methods.has(named) ? named : named.toUpperCase()
  if (!methods.has(method) && !/^[!#$%&'*+.^_`|~0-9A-Z-]+$/.test(method)) throw invalid('the method is not a token')
  const { body, contentType } = bodyOf(request, place.runtime.chance)
  const { headers: defaults = noHeaders } = place
  const own = given ? lowerCased(given) : undefined
  const headers = own === undefined ? defaults : { ...defaults, ...own }
  return {
    method,
    address: address(request, place),
    headers:
      contentType === undefined || headers['content-type'] !== undefined
        ? headers
        : { ...headers, 'content-type': contentType },
    body,
    repeatable: request.repeatable ?? byMethod[method] ?? 'unsent',
  }
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const byMethod: Readonly<Record<string, Repeatable>> = {
  GET: 'always',
  HEAD: 'always',
  PUT: 'always',
  DELETE: 'always',
  OPTIONS: 'always',
}

type Address = Pick<CallFields, 'origin' | 'path' | 'secretQuery'>

function address({ path: template, params, query: values }: Request, base: Birthplace): Address {
  const filled = params === undefined && !template.includes('{') ? template : fillPath(template, params ?? {})
  const url = filled[0] !== '/' && /^https?:\/\//i.test(filled) ? whole(filled) : below(base, filled)
  if (/[^\x21-\x7e]/.test(url.path))
    throw invalid('the path holds spaces or characters that are not ASCII: encode them, or use params and query')
  if (values === undefined) return url
  const secrets = Object.entries(values).filter((entry): entry is [string, Secret] => entry[1] instanceof Secret)
  const text = query(
    Object.fromEntries(Object.entries(values).filter(([, value]) => !(value instanceof Secret))) as Record<
      string,
      Exclude<QueryValue, Secret>
    >,
  )
  const path = text === '' ? url.path : `${url.path}${url.path.includes('?') ? '&' : '?'}${text}`
  return { ...url, path, secretQuery: secrets.length === 0 ? noSecrets : secrets }
}

const noSecrets: readonly (readonly [string, Secret])[] = Object.freeze([])

const below = ({ origin, path = '' }: Birthplace, filled: string): Address => ({
  origin,
  path: path + slashed(filled),
  secretQuery: noSecrets,
})

const slashed = (path: string) =>
  path.startsWith('/') ? path : path === '' || path.startsWith('?') ? path : `/${path}`

function whole(text: string): Address {
  const url = URL.parse(text)
  if (url === null) throw invalid('the path is not a URL')
  if (url.username !== '' || url.password !== '')
    throw invalid('a URL may hold no user or password: put credentials in credential()')
  return { origin: url.origin, path: url.pathname + url.search, secretQuery: noSecrets }
}

function bodyOf(request: Request, chance: Chance): { readonly body: Body; readonly contentType?: string } {
  const { json: value, form: fields, multipart: parts, body } = request
  if (value === undefined && fields === undefined && parts === undefined && body === undefined) return without
  const given = (['json', 'form', 'multipart', 'body'] as const).filter((name) => request[name] !== undefined)
  if (given.length > 1) throw invalid(`${given.join(' and ')} are both given: give one`)
  if (value !== undefined) return json(value)
  if (fields !== undefined) return form(fields)
  return parts === undefined ? { body: recipe(body!) } : multipart(parts, boundary(chance))
}

const without: { readonly body: Body; readonly contentType?: string } = { body: noBody }

function recipe(given: NonNullable<Request['body']>): Body {
  if (typeof given === 'string') return { kind: 'text', text: given }
  if (given instanceof Uint8Array) return { kind: 'bytes', bytes: given }
  if (typeof given === 'function') return { kind: 'factory', open: given, length: undefined }
  if (Object(given) === given) {
    if ('kind' in given) return given
    if (Symbol.asyncIterator in given) return onceBody(given)
  }
  throw invalid('the body is none of text, bytes, stream, or a function that opens a stream')
}

const invalid = (because: string) => new InputError('REQUEST_INVALID', `The request cannot be sent: ${because}`)
