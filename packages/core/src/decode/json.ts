/**
 * JSON with its integers exact: one beyond ±(2^53 − 1) comes as its decimal text. Other numbers are numbers, also `1e400`
 * and long fractions. A `__proto__` in the text is a property like any other.
 *
 * @throws SyntaxError that says how long the text is and where it breaks, and repeats none of it
 */
export function parseJson(text: string): unknown {
  try {
    // without a run of 16 digits every integer is exact, and the reviver would cost several times the parse
    return /\d{16}/.test(text) ? JSON.parse(text, exact) : JSON.parse(text)
  } catch (error) {
    throw new SyntaxError(`The text is not JSON: ${breach(text, String(error))}`)
  }
}

function exact(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && /^-?\d+$/.test(source) ? source : value
}

function breach(text: string, reason: string): string {
  const first = text.trimStart()[0]
  if (first === undefined) return 'it is empty'
  const position = /at position (\d+)/.exec(reason)?.[1]
  const where = position ?? (reason.includes('end of JSON') ? String(text.length) : undefined)
  const start = JSON.stringify(first)
  return `${text.length} characters that begin with ${start}${where === undefined ? '' : ` and break at ${where}`}`
}
