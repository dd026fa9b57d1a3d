/** How a secret may be written where it should not be. Written apart from the gate's own list, which is tested by it. */
const hex = (text: string) => Buffer.from(text).toString('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Of a base64 text, what is the same whatever stands before and after. */
const inner = (text: string, before: number) => base64(`${'~'.repeat(before)}${text}`).slice(before === 0 ? 0 : 4, -4)

export const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  percent: encodeURIComponent,
  'lower-case percent': (text) => encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase()),
  form: (text) => new URLSearchParams([['v', text]]).toString().slice(2),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'HTML entities': (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`),
  'HTML names': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  hex,
  'upper-case hex': (text) => hex(text).toUpperCase(),
  base64,
  'base64 at one': (text) => base64(`~${text}`),
  'base64 at two': (text) => base64(`~~${text}`),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 behind user:': (text) => base64(`user:${text}`),
}

/** The same as things to look for in any bytes. */
export const canaryForms = (text: string): string[] => [
  ...new Set(
    Object.entries(encodings).flatMap(([name, encode]) =>
      name.startsWith('base64') ? [0, 1, 2].map((before) => inner(text, before)) : [encode(text)],
    ),
  ),
]
