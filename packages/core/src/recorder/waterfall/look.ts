import { styleText } from 'node:util'
import { printable } from '../printable.ts'

type Style = Parameters<typeof styleText>[0]

/** How a terminal is spoken to: with colours or without, in all characters or in ASCII. */
export type Look = {
  readonly ascii: boolean
  readonly paint: (style: Style, text: string) => string
  /** As it may stand in a terminal: no control characters, and in ASCII no drawings. */
  readonly plain: (text: string) => string
}

export function lookOf(color: boolean, ascii: boolean): Look {
  return {
    ascii,
    paint: (style, text) => (color && text.trim() !== '' ? styleText(style, text, { validateStream: false }) : text),
    plain: (text) => {
      // what a file or a server says may try to steer the terminal
      const harmless = printable(text.replaceAll(/[\t\r\n]/g, ' '))
      return ascii ? spelled(harmless) : harmless
    },
  }
}

const spelling: Readonly<Record<string, string>> = {
  '…': '...',
  '·': '-',
  '→': '->',
  '∴': '=',
  '↻': 'r',
  '↳': '>',
  '✗': 'x',
  '✓': 'ok',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '≤': '<=',
  '≥': '>=',
  '×': 'x',
  '⟨': '<',
  '⟩': '>',
}

/** What is no letter, spelled in ASCII: Chinese words stay, for they were asked for. */
const spelled = (text: string) =>
  text.replace(
    /[^\x20-\x7e]/gu,
    (one) => spelling[one] ?? (/[\p{L}\p{N}\u3000-\u303f\uff01-\uff60]/u.test(one) ? one : '?'),
  )

/** Whether this process's terminal shows more than ASCII, as far as its environment says. */
export function asciiOnly(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'UTF-8'
  return env['TERM'] === 'dumb' || !/utf-?8$/i.test(locale.split('@', 1)[0]!)
}
