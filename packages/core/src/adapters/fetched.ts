import type { ReplyHeaders } from '../headers.ts'

export type Fetched = {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly url: string
  readonly redirected: boolean
}

/**
 * A Response that knows where it came from, which the constructor cannot be told, and so do its clones.
 *
 * @param made told of it and of every clone
 */
export function fetched(
  body: ReadableStream<Uint8Array> | null,
  of: Fetched,
  made: (response: Response) => void,
): Response {
  const { status, headers, url, redirected } = of
  // a status that the constructor does not take is put beside it
  const init = { status: isPlain(status) ? status : 200, statusText: phrase(status), headers: listed(headers) }
  const response = new Response(body, init)
  const { clone } = response
  Object.defineProperties(response, {
    ...(!isPlain(status) && { status: { value: status }, ok: { value: false } }),
    type: { value: 'basic' },
    url: { value: url },
    redirected: { value: redirected },
    clone: { value: () => fetched(clone.call(response).body, of, made) },
  })
  made(response)
  return response
}

/** Statuses whose replies have no body. */
export const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

const isPlain = (status: number) => status >= 200 && status <= 599

/** The standard's words: HTTP/2 has none, and nobody may rely on a server's. */
const phrase = (status: number) => process.getBuiltinModule('node:http').STATUS_CODES[status] ?? ''

function listed(headers: ReplyHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, bytewise(one)]),
  )
}

/** A character a byte, as fetch has them. */
const bytewise = (text: string) => (/[^\0-\xff]/.test(text) ? Buffer.from(text).toString('latin1') : text)
