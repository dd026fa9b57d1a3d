/**
 * Cells that a text takes in a terminal. What a view prints is our own words, codes and names, so the engine's own Unicode
 * tables will do, and core needs no library for it; a test holds this against `string-width`.
 */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : empty.test(segment) ? 0 : 1
  return width
}

export const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

const wide =
  /^[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1b000}-\u{1b2ff}\u{1d300}-\u{1d37f}\u{1f200}-\u{1f2ff}\u{20000}-\u{3ffff}\p{Emoji_Presentation}]|\ufe0f/u
const empty = /^[\p{C}\p{Mn}\p{Me}]*$/u
