import type { Headers, HeaderValue } from '../headers.ts'
import { Secret } from '../secret.ts'

/** Where a request held a credential: never what it was. */
export type Credential = {
  readonly in: 'header' | 'query'
  /** Of the header, in lower case, or of the parameter. */
  readonly name: string
  /** Of HTTP authentication. */
  readonly scheme?: 'Bearer' | 'Basic' | undefined
}

/** Headers and parameters that a {@link Secret} stands in, and headers that hold nothing else but a credential. */
export function credentialsIn(headers: Headers, secretQuery: readonly (readonly [string, unknown])[]): Credential[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]): Credential[] =>
    value instanceof Secret || (value !== undefined && known.has(name))
      ? [{ in: 'header', name, scheme: schemeOf(value) }]
      : [],
  )
  return [...inHeaders, ...secretQuery.map(([name]): Credential => ({ in: 'query', name }))]
    .filter(({ name }) => name.length <= 100)
    .slice(0, 20)
}

const known = new Set(['authorization', 'proxy-authorization', 'x-api-key', 'api-key'])

function schemeOf(value: HeaderValue): Credential['scheme'] {
  const [text = ''] = [value instanceof Secret ? value.reveal() : value].flat()
  return /^bearer /i.test(text) ? 'Bearer' : /^basic /i.test(text) ? 'Basic' : undefined
}
