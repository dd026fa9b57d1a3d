/** Says where a value is not what is due, as a path; undefined when it is. */
export type Shape = (value: unknown, at: string) => string | undefined

/** Larger numbers are no milliseconds, and cannot be counted with. */
const largest = 1e15
/** Longer lists than any call makes: adding them up would take as long as somebody likes. */
const longest = 5000

export const such =
  (is: (value: unknown) => boolean): Shape =>
  (value, at) =>
    is(value) ? undefined : at

export const text = such((value) => typeof value === 'string')
export const number = such((value) => typeof value === 'number' && Math.abs(value) <= largest)
/** A number that is no less than nothing. */
export const amount = such((value) => typeof value === 'number' && value >= 0 && value <= largest)
/** A point in time, in a year that has four digits. */
export const moment = such((value) => typeof value === 'string' && Math.abs(Date.parse(value)) <= Date.UTC(9999, 0))
export const flag = such((value) => typeof value === 'boolean')
export const address = such((value) => typeof value === 'string' && /^https?:/.test(URL.parse(value)?.protocol ?? ''))
/** One of these. */
export const word = (...words: readonly string[]): Shape => such((value) => words.includes(value as string))

export const maybe =
  (shape: Shape): Shape =>
  (value, at) =>
    value === undefined ? undefined : shape(value, at)

export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value, at) =>
    shapes.some((shape) => shape(value, at) === undefined) ? undefined : at

/** Without holes, which a null leaves. */
export const list =
  (shape: Shape): Shape =>
  (value, at) =>
    Array.isArray(value) && value.length <= longest
      ? first(Array.from(value, (one: unknown, index) => shape(one, `${at}[${index}]`)))
      : at

/** More fields than these may stand there: a file of a newer version, or one with a recording. */
export const record =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value, at) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? first(
          Object.entries(shapes).map(([key, shape]) =>
            shape(Reflect.get(value, key), at === '' ? key : `${at}.${key}`),
          ),
        )
      : at

/** Any keys, each with such a value. */
export const dictionary =
  (shape: Shape): Shape =>
  (value, at) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? first(Object.entries(value).map(([key, one]) => shape(one, `${at}.${key}`)))
      : at

const first = (found: readonly (string | undefined)[]) => found.find((one) => one !== undefined)
