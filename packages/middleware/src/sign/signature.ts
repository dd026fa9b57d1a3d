import { type Body, type Call, type Headers, type Pieces, Secret, secret } from '@penstock/core'

/** What a signature adds to a request. It belongs to the origin it was made for, and is secret whatever it is. */
export type Signature = {
  /** Names in any case; replaces headers that are there. */
  readonly headers?: Readonly<Record<string, string | Secret>>
  /** Put at the end of the query. */
  readonly query?: Readonly<Record<string, string | Secret>>
  /** Signs the body as it goes: it is given the pieces, and gives what is sent in their place. */
  readonly body?: (pieces: Pieces) => AsyncIterable<Uint8Array>
  /** Bytes of what `body` gives, when they are known before. */
  readonly length?: number
}

/** The call with its signature. */
export function sealed(call: Call, { headers = {}, query = {}, body, length }: Signature): Call {
  const added: Headers = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), secret(name.toLowerCase(), value)]),
  )
  const pairs = Object.entries(query).map(([name, value]) => [name, secret(name, value)] as const)
  return call.with({
    headers: { ...call.headers, ...added },
    secretQuery: [...call.secretQuery.filter(([name]) => !Object.hasOwn(query, name)), ...pairs],
    body: body === undefined ? call.body : through(call.body, body, length),
  })
}

function through(given: Body, sign: NonNullable<Signature['body']>, length: number | undefined): Body {
  if (given.kind !== 'once') return { kind: 'factory', length, open: () => sign(piecesOf(given)) }
  return {
    kind: 'once',
    length,
    open: () => sign(given.open()),
    get spent() {
      return given.spent
    },
  }
}

function piecesOf(body: Exclude<Body, { kind: 'once' }>): Pieces {
  if (body.kind === 'factory') return body.open()
  if (body.kind === 'none') return []
  return [body.kind === 'bytes' ? body.bytes : Buffer.from(body.text)]
}
