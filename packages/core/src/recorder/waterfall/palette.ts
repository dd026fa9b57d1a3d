import type { styleText } from 'node:util'
import type { Kind } from '../timetable/stretch.ts'

type Look = { readonly glyph: string; readonly ascii: string; readonly style: Parameters<typeof styleText>[0] }

/** One glyph each, so that they can be told apart without colours; 16 colours, so that the terminal's theme holds. */
export const palette: Readonly<Record<Kind | 'gap', Look>> = {
  queue: { glyph: '·', ascii: '.', style: 'gray' },
  dns: { glyph: '░', ascii: 'd', style: 'cyan' },
  tcp: { glyph: '▒', ascii: 'c', style: 'yellow' },
  tls: { glyph: '▓', ascii: 's', style: 'magenta' },
  send: { glyph: '▀', ascii: '>', style: 'blue' },
  wait: { glyph: '█', ascii: 'w', style: 'green' },
  receive: { glyph: '▄', ascii: '<', style: 'greenBright' },
  request: { glyph: '━', ascii: '=', style: 'green' },
  layer: { glyph: '╌', ascii: '-', style: 'gray' },
  work: { glyph: '~', ascii: '~', style: 'blueBright' },
  stall: { glyph: '╳', ascii: 'x', style: ['red', 'bold'] },
  gap: { glyph: '?', ascii: '?', style: 'red' },
}
