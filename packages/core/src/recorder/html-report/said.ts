import type { Bilingual } from '../../verdict-table.ts'
import { html, type Markup } from './html.ts'

/** A sentence in both languages, of which the page shows one; what is the same in both stands there once. */
export const said = ({ en, zh }: Bilingual): Markup =>
  en === zh ? html`${en}` : html`<span lang="en">${en}</span><span lang="zh-Hans">${zh}</span>`

/** Where there is room for text alone: in a tooltip. */
export const inBoth = ({ en, zh }: Bilingual): string => (en === zh ? en : `${en} · ${zh}`)
