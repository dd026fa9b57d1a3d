/**
 * Text as it may stand in a terminal: what cannot be seen, and could steer it or turn the text around, is spelled `\\u001b`,
 * as JSON has it. Line breaks and tabs stay. JSON is the same JSON afterwards.
 *
 * @example
 * ```ts
 * import { printable } from '@penstock/core/diagnose'
 *
 * printable('\\u001b[31mred') // \\u001b[31mred, in letters
 * ```
 */
export const printable = (text: string): string =>
  text.replace(/(?![\n\t])[\p{C}\u2028\u2029]/gu, (one) =>
    // those beyond the first plane are two units
    Array.from({ length: one.length }, (_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
