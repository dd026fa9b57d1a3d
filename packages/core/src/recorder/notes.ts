import type { Bilingual } from '../verdict-table.ts'

/** What may stand in a note beside its code: numbers, and words from a fixed vocabulary. Never text of the call. */
export type Facts = Readonly<Record<string, number | string | boolean | undefined>>

/** One kind of decision a layer can make, with the sentence it is told in. */
export type NoteKind = Bilingual & {
  /** Stable: `retry.waits`. */
  readonly id: string
  readonly layer: string
}

/**
 * The decisions a layer can note, declared once in the file that makes them. In a sentence `{name}` stands for a fact and
 * `{name:ms}` for a time.
 *
 * @example
 * ```ts
 * import { notes } from '@penstock/core'
 *
 * const says = notes('polite', { waits: ['waits {wait:ms}, as the server asked', '应服务器要求等待 {wait:ms}'] })
 * // call.note(says.waits, { wait: 300 })
 * ```
 */
export function notes<const Name extends string>(
  layer: string,
  sentences: Readonly<Record<Name, readonly [en: string, zh: string]>>,
): Readonly<Record<Name, NoteKind>> {
  const kinds: Partial<Record<Name, NoteKind>> = {}
  for (const name in sentences) {
    const [en, zh] = sentences[name]
    kinds[name] = { id: `${layer}.${name}`, layer, en, zh }
  }
  return kinds as Record<Name, NoteKind>
}

/** A note's sentence with its facts filled in. */
export function sentence(template: string, facts: Facts): string {
  return template.replace(/\{(\w+)(:ms)?\}/g, (_, name: string, time?: string) => {
    const value = facts[name]
    if (typeof value !== 'number') return String(value ?? '?')
    return time === undefined ? String(Math.round(value * 100) / 100) : duration(value)
  })
}

/** `340 ms`, `1.5 s`, `2 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${Math.round(milliseconds * 10) / 10} ms`
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 120_000) return `${Math.round(milliseconds / 100) / 10} s`
  return `${Math.round(milliseconds / 6000) / 10} min`
}
