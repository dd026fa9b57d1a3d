import { homedir } from 'node:os'
import { maskPersonal } from '../personal/mask-personal.ts'
import { masked } from '../gate/masked.ts'

/** What was taken out, and how often. */
export type Redaction = {
  /** A secret's mark, a kind of personal data, or `home directory`. */
  readonly what: string
  readonly count: number
}

/** Plain data as it may be shown to strangers; `tell` is told of everything that was taken out. */
export function redacted(data: unknown, tell: (what: string) => void, key = ''): unknown {
  if (typeof data === 'string') return redactedText(data, tell, key)
  if (Array.isArray(data)) return data.map((one) => redacted(one, tell, key))
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [redactedText(name, tell, ''), redacted(value, tell, name)]),
  )
}

function redactedText(text: string, tell: (what: string) => void, key: string): string {
  const clean = withoutHome(masked(text), tell)
  for (const [mark] of clean.matchAll(marks)) tell(mark)
  // what a vendor's support asks for
  return /(^|_)ids?$|I[dD]s?$/.test(key) ? clean : maskPersonal(clean, tell)
}

/** Of secrets, also those that were masked when the call was recorded or read. */
const marks = /⟨[^⟨⟩#]+#[0-9a-f]{6}⟩/g

function withoutHome(text: string, tell: (what: string) => void): string {
  const home = homedir()
  if (home.length < 4 || !text.includes(home)) return text
  tell('home directory')
  return text.replaceAll(home, '~')
}
