import type { Word } from './page.ts'

/** Scripts that put no space between words, with their punctuation. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF]/u

export const hasHan = (text: string): boolean => /\p{Script=Han}/u.test(text)

/** The text of a line: no space beside a Chinese character, unless the gap is wider than one, and Chinese colons there. */
export const joinWords = (words: readonly Word[]): string =>
  words
    .reduce((text, word, index) => {
      const before = words[index - 1]
      return text + (before && isSpaced(before, word) ? ' ' : '') + word.text
    }, '')
    // the Chinese model knows the narrow forms only
    .replace(/(?<=\p{Script=Han})([:;!?]) ?/gu, (_, mark: string) => wide(mark))

const wide = (mark: string): string => String.fromCodePoint((mark.codePointAt(0) ?? 0) + 0xfee0)

const isSpaced = (before: Word, after: Word): boolean => {
  const closes = unspaced.test(before.text.at(-1) ?? '')
  const opens = unspaced.test(after.text[0] ?? '')
  if (!closes && !opens) return true
  const height = Math.max(before.box.bottom - before.box.top, after.box.bottom - after.box.top)
  return after.box.left - before.box.right > height * 1.2
}
