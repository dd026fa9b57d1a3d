import { hasHan, joinWords } from './join-words.ts'
import type { Line, Word } from './page.ts'

/**
 * One reading out of two: the Chinese model reads Chinese and blurs the spaces between English words; the English one
 * reads English exactly and takes Chinese for noise. A page without Chinese is the English reading; on any other page
 * the lines are the Chinese reading's, and in those without Chinese the words are the English one's.
 */
export const chooseWords = (chinese: readonly Line[], english: readonly Line[]): readonly Line[] => {
  if (!chinese.some(isSurelyChinese)) return english.length > 0 ? english : chinese
  const words = english.flatMap((line) => line.words)
  return chinese.map((line) => {
    if (hasHan(line.text) && (isSurelyChinese(line) || !isBetter(words, line))) return line
    const inside = words.filter((word) => isWithin(word, line)).toSorted((a, b) => a.box.left - b.box.left)
    return inside.length > 0 ? { ...line, words: inside, text: joinWords(inside) } : line
  })
}

/** A character that the model is sure of: English print now and then looks Chinese to it. */
const isSurelyChinese = ({ words }: Line): boolean =>
  words.some(({ glyphs }) => glyphs.some(({ text, confidence }) => hasHan(text) && confidence > 0.8))

const isBetter = (english: readonly Word[], line: Line): boolean =>
  certainty(english.filter((word) => isWithin(word, line))) > certainty(line.words)

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
