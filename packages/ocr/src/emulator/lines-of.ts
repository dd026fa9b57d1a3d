import type * as Tesseract from 'tesseract.js'
import { joinWords } from './join-words.ts'
import { type Box, confidenceOf, type Line, type Word } from './page.ts'

/** A rule or a stain reads as letters too, less surely than this. */
const noise = 0.5

/** The engine's own result as lines, without what is no text. */
export const linesOf = (blocks: readonly Tesseract.Block[]): Line[] =>
  blocks
    .flatMap((block) => block.paragraphs)
    .flatMap((paragraph, index) => paragraph.lines.map((line) => lineOf(line, index)))
    .filter((line) => line.text !== '' && confidenceOf([line]) > noise && !isBand(line))

const lineOf = ({ words: found, bbox }: Tesseract.Line, paragraph: number): Line => {
  const words = found.map(wordOf).filter(({ text }) => text !== '')
  return { text: joinWords(words), words, box: boxOf(bbox), paragraph }
}

/** No letter is four times as wide as it is high: a coloured band reads as a few E. */
const isBand = ({ words, text, box }: Line): boolean =>
  words.length === 1 && /^[A-Za-z]+$/.test(text) && box.right - box.left > 4 * text.length * (box.bottom - box.top)

const wordOf = ({ text, symbols, bbox }: Tesseract.Word): Word => ({
  text: text.trim(),
  glyphs: symbols.map((symbol) => ({
    text: symbol.text,
    confidence: symbol.confidence / 100,
    box: boxOf(symbol.bbox),
  })),
  box: boxOf(bbox),
})

const boxOf = ({ x0, y0, x1, y1 }: Tesseract.Bbox): Box => ({ left: x0, top: y0, right: x1, bottom: y1 })
