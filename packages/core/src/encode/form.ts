import type { Body } from '../body.ts'

/** Bytes are sent as base64. What is undefined or null is left out; a list repeats its name. */
export type FormValue =
  | string
  | number
  | boolean
  | Uint8Array
  | null
  | undefined
  | readonly (string | number | boolean)[]

/** `application/x-www-form-urlencoded`, a space as `%20`. */
export function form(fields: Readonly<Record<string, FormValue>>): {
  readonly body: Body
  readonly contentType: string
} {
  const pairs: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue
    const values = Array.isArray(value) ? value : [value]
    for (const one of values)
      pairs.push(
        `${encodeURIComponent(name)}=${encodeURIComponent(one instanceof Uint8Array ? Buffer.from(one).toString('base64') : String(one))}`,
      )
  }
  return {
    body: { kind: 'bytes', bytes: Buffer.from(pairs.join('&'), 'latin1') },
    contentType: 'application/x-www-form-urlencoded',
  }
}
