import { masked } from './masked.ts'

/** Where a byte of a file is: `2: log.entries[0].url` in JSON, by line; else `line 3, column 14`. */
export function whereabouts(bytes: Buffer, at: number): string {
  const whole = jsonPath(bytes.toString(), bytes.toString('utf8', 0, at).length)
  if (whole !== undefined) return masked(whole)
  const before = bytes.toString('utf8', 0, at)
  const line = before.split('\n').length
  const begin = before.lastIndexOf('\n') + 1
  const text = bytes.toString().slice(begin).split('\n', 1)[0]!
  const inLine = jsonPath(text, before.length - begin)
  return masked(inLine === undefined ? `line ${line}, column ${before.length - begin + 1}` : `line ${line}: ${inLine}`)
}

/** The path of the field that a place in a text of JSON belongs to. */
function jsonPath(text: string, at: number): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  const path: (string | number)[] = []
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{},:]/g
  let key: string | undefined
  for (let token = tokens.exec(text); token !== null && token.index <= at; token = tokens.exec(text)) {
    const [it] = token
    const top = path.length - 1
    if (it === '{') path.push('')
    else if (it === '[') path.push(0)
    else if (it === '}' || it === ']') path.pop()
    else if (it === ',') path[top] = typeof path[top] === 'number' ? path[top] + 1 : ''
    else if (it === ':') path[top] = key!
    else key = JSON.parse(it) as string
  }
  return (
    path
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
      .join('')
      .replace(/^\./, '') || '(root)'
  )
}
