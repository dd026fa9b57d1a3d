import { hasHan } from './join-words.ts'
import type { Box, Glyph, Line, Page } from './page.ts'
import type { Parameters } from './parameters.ts'
import type { Route } from './routes.ts'

/** A page in the vendor's fields, as far as they were asked for. */
export const result = ({ lines, turn }: Page, { asks, granularity }: Parameters, route: Route): object => ({
  ...(asks.has('detect_direction') && { direction: lines.length > 0 ? turn : -1 }),
  ...(asks.has('detect_language') && route.detectsLanguage && { language: languageOf(lines) }),
  words_result_num: lines.length,
  words_result: lines.map((line) => ({
    ...(route.isPlaced && location(line.box)),
    ...(route.isPlaced && asks.has('vertexes_location') && vertexes(line.box, turn)),
    ...(route.isPlaced &&
      granularity === 'small' && { chars: line.words.flatMap(chars(asks.has('char_probability'))) }),
    words: line.text,
    ...(asks.has('probability') && { probability: probability(line) }),
  })),
  ...(asks.has('paragraph') && paragraphs(lines)),
})

const location = ({ left, top, right, bottom }: Box) => ({
  location: { left, top, width: right - left, height: bottom - top },
})

/** Clockwise from the text's own top left. The engine knows upright boxes only, so the three kinds are one. */
const vertexes = ({ left, top, right, bottom }: Box, turn: number) => {
  const corners = [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ]
  const first = (4 - turn) % 4
  const points = [...corners.slice(first), ...corners.slice(0, first)]
  return { vertexes_location: points, finegrained_vertexes_location: points, min_finegrained_vertexes_location: points }
}

const chars =
  (withProbability: boolean) =>
  ({ glyphs }: { readonly glyphs: readonly Glyph[] }) =>
    glyphs.map(({ text, confidence, box }) => ({
      char: text,
      ...location(box),
      ...(withProbability && { char_prob: rounded(confidence) }),
    }))

const probability = ({ words }: Line) => {
  const values = words.flatMap(({ glyphs }) => glyphs.map(({ confidence }) => confidence))
  const count = Math.max(values.length, 1)
  const average = values.reduce((sum, value) => sum + value, 0) / count
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / count
  return { average: rounded(average), min: rounded(Math.min(1, ...values)), variance: rounded(variance) }
}

const rounded = (value: number): number => Number(value.toFixed(6))

const paragraphs = (lines: readonly Line[]) => {
  const members = Map.groupBy(lines.keys(), (index) => lines[index]?.paragraph)
  const paragraphs_result = [...members.values()].map((words_result_idx) => ({ words_result_idx }))
  return { paragraphs_result, paragraphs_result_num: paragraphs_result.length }
}

/** The vendor's numbers: 3 Chinese, 0 English, -1 not known. */
const languageOf = (lines: readonly Line[]): number => {
  if (lines.some(({ text }) => hasHan(text))) return 3
  return lines.some(({ text }) => /[a-z]/i.test(text)) ? 0 : -1
}
