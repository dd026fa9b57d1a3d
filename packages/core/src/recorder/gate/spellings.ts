import { shortest } from './secret-parts.ts'

/** How a text may be written in a file, by the name of the encoding. */
export function spellings(text: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(text)
  const found = new Map<string, string>()
  const add = (name: string, spelling: string) => {
    if (spelling.length >= shortest && !found.has(spelling)) found.set(spelling, name)
  }
  add('plain', text)
  add('lower case', text.toLowerCase())
  for (const [name, encode] of Object.entries(escapes)) add(name, encode(text))
  add('hex', bytes.toString('hex'))
  add('upper-case hex', bytes.toString('hex').toUpperCase())
  for (const before of [0, 1, 2] as const) {
    const base64 = base64After(before, bytes)
    add('base64', base64)
    add('base64url', base64.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return found
}

const percent = (text: string) => {
  try {
    return encodeURIComponent(text)
  } catch {
    return text // half a surrogate pair
  }
}
const lowerPercent = (text: string) => text.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())
const strict = (text: string) => percent(text).replace(/[!'()*~]/g, (c) => `%${code(c).toString(16).toUpperCase()}`)
const form = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
const json = (text: string) => JSON.stringify(text).slice(1, -1)
const unicode = (text: string) =>
  json(text).replace(/[<>&'\u007f-\uffff]/g, (c) => `\\u${code(c).toString(16).padStart(4, '0')}`)
const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const code = (character: string) => character.charCodeAt(0)

/** What differs from the plain text only where it holds a character that must be escaped. */
const escapes: Readonly<Record<string, (text: string) => string>> = {
  percent,
  'lower-case percent': (text) => lowerPercent(percent(text)),
  'strict percent': strict,
  'strict lower-case percent': (text) => lowerPercent(strict(text)),
  'doubled percent': (text) => percent(percent(text)),
  form,
  'lower-case form': (text) => lowerPercent(form(text)),
  JSON: json,
  'JSON in JSON': (text) => json(json(text)),
  'JSON of ASCII alone': unicode,
  HTML: (text) => text.replace(/[&<>"]/g, (c) => named[c]!),
  'HTML with &#39;': (text) => text.replace(/[&<>"']/g, (c) => named[c] ?? '&#39;'),
  'HTML in numbers': (text) => text.replace(/[&<>"']/g, (c) => `&#${code(c)};`),
  'HTML in hex': (text) => text.replace(/[&<>"']/g, (c) => `&#x${code(c).toString(16)};`),
  shell: (text) => text.replaceAll("'", `'\\''`),
}

/** Base64 of bytes that stand after some others and before some more: without the characters in which those have a part. */
function base64After(before: 0 | 1 | 2, bytes: Buffer): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes])
  const text = whole.toString('base64').replace(/=+$/, '')
  return text.slice([0, 2, 3][before], whole.length % 3 === 0 ? undefined : -1)
}
