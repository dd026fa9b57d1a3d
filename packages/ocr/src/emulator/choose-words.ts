import { hasHan, joinWords } from './join-words.ts'
import type { Box, Line, Word } from './page.ts'

/** Reads one line again by the English model, by itself. */
export type Reread = (box: Box) => Promise<readonly Line[]>

/**
 * One reading out of two: the Chinese model reads Chinese and blurs the spaces between English words; the English one
 * reads English exactly and takes Chinese for noise. A page without Chinese is the English reading; on any other page
 * the lines are the Chinese reading's, and in those without Chinese the words are the English one's. Chinese around a
 * line can spoil its English reading: where the two differ by more than spaces, the line is read again alone.
 */
export const chooseWords = async (
  chinese: readonly Line[],
  english: readonly Line[],
  reread: Reread,
): Promise<readonly Line[]> => {
  if (!chinese.some(isSurelyChinese)) return english.length > 0 ? english : chinese
  const words = english.flatMap((line) => line.words)
  return Promise.all(
    chinese.map(async (line) => {
      const inside = words.filter((word) => isWithin(word, line))
      if (hasHan(line.text) && (isSurelyChinese(line) || certainty(inside) <= certainty(line.words))) return line
      const isAgreed = inside.length > 0 && unspaced(joinWords(ordered(inside))) === unspaced(line.text)
      const again = isAgreed ? [] : (await reread(line.box)).flatMap((found) => found.words)
      const chosen = ordered(again.length > 0 ? again : inside)
      return chosen.length > 0 ? { ...line, words: chosen, text: joinWords(chosen) } : line
    }),
  )
}

const ordered = (words: readonly Word[]): Word[] => words.toSorted((a, b) => a.box.left - b.box.left)

const unspaced = (text: string): string => text.replaceAll(' ', '')

/** A character that the model is sure of: English print now and then looks Chinese to it. */
const isSurelyChinese = ({ words }: Line): boolean =>
  words.some(({ glyphs }) => glyphs.some(({ text, confidence }) => hasHan(text) && confidence > 0.8))

const certainty = (words: readonly Word[]): number => {
  const glyphs = words.flatMap((word) => word.glyphs)
  return glyphs.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(glyphs.length, 1)
}

/** Most of the smaller one's height is shared: a speck below makes a word's box twice as high as its line. */
const isWithin = ({ box }: Word, { box: line }: Line): boolean => {
  const x = (box.left + box.right) / 2
  const shared = Math.min(box.bottom, line.bottom) - Math.max(box.top, line.top)
  return x >= line.left && x <= line.right && shared > Math.min(box.bottom - box.top, line.bottom - line.top) * 0.6
}
