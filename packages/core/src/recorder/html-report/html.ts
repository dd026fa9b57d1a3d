/** Text that is markup already. Only {@link html} makes it. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Value = Markup | readonly Markup[] | string | number | undefined

/** Markup with values in it: what is not markup itself is text, whatever stands in it, and never a tag or an attribute. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Markup =>
  new Markup(parts.map((part, index) => part.replace(/\s*\n\s*/g, '\n') + written(values[index])).join(''))

function written(value: unknown): string {
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(written).join('')
  // a file may hold in a field what nobody expects there
  return typeof value === 'string' ? escaped(value) : typeof value === 'number' ? String(value) : ''
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What cannot be seen, and could turn the text around it, is a blank. A line break stays. */
const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (one) => entities[one]!).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, ' ')
