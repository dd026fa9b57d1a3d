import type { Bilingual } from './verdict-table.ts'

/** What kind of trouble a code stands for. */
export type Kind = 'timeout' | 'network' | 'tls' | 'proxy' | 'reply' | 'limit' | 'refused' | 'input' | 'config' | 'bug'

export type CodeEntry = {
  readonly kind: Kind
  readonly meaning: Bilingual
  /** What to do about it. */
  readonly advice: Bilingual
}

export const entry = (kind: Kind, en: string, zh: string, todo: string, todoZh: string): CodeEntry => ({
  kind,
  meaning: { en, zh },
  advice: { en: todo, zh: todoZh },
})
