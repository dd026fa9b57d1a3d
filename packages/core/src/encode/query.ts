import { pairs } from './pairs.ts'
import { percentEncoded } from './percent-encoded.ts'
import { type Scalar, scalar } from './scalar.ts'

export type PlainQueryValue = Scalar | null | undefined | readonly (Scalar | null | undefined)[]

/**
 * `a=1&b=2`, a space as `%20`; what is undefined or null is left out, a list repeats its name.
 *
 * @throws InputError `REQUEST_INVALID` naming a value that has no text
 */
export const query = (values: Readonly<Record<string, PlainQueryValue>>): string =>
  pairs(values)
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(scalar(name, value))}`)
    .join('&')
