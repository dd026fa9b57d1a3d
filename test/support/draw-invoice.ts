import type { SKRSContext2D } from '@napi-rs/canvas'
import { drawn, fontFamily } from './canvas.ts'

/** A line in two columns, or in one. */
export type Row = readonly [text: string, right?: string]

export type Invoice = {
  readonly seller: string
  readonly title: string
  /** Who, when, to whom. */
  readonly head: readonly Row[]
  readonly items: readonly Row[]
  readonly total: Row
  readonly notes: readonly Row[]
}

const ink = '#1f2933'
const accent = '#0f6e6e'
const rule = '#c9d6d6'
const width = 1000
const margin = 72
const leading = 58

/** The lines of an invoice as a reader would say them, top to bottom. */
export const invoiceText = ({ seller, title, head, items, total, notes }: Invoice): string[] =>
  [[seller] as const, [title] as const, ...head, ...items, total, ...notes].map((row) => row.join(' '))

/** A quiet invoice: a green band, a title, rows between hair lines, a total. */
export const drawInvoice = ({ seller, title, head, items, total, notes }: Invoice): Buffer => {
  const height = 330 + (head.length + items.length + notes.length) * leading + 130
  return drawn(width, height, (context) => {
    context.fillStyle = accent
    context.fillRect(0, 0, width, 22)
    let y = 110
    write(context, [seller], y, 42, accent, 700)
    y += 74
    write(context, [title], y, 32, ink, 700)
    y += 26
    for (const row of head) write(context, row, (y += leading), 28, ink)
    y += 42
    line(context, y, accent, 3)
    y += 8
    for (const row of items) {
      write(context, row, (y += leading), 28, ink)
      line(context, y + 22, rule, 1)
    }
    y += 28
    write(context, total, (y += leading), 34, accent, 700)
    y += 30
    for (const row of notes) write(context, row, (y += leading), 26, ink)
  })
}

const write = (context: SKRSContext2D, [text, right]: Row, y: number, size: number, colour: string, weight = 400) => {
  context.font = `${weight} ${size}px "${fontFamily}"`
  context.fillStyle = colour
  context.fillText(text, margin, y)
  if (right !== undefined) context.fillText(right, width - margin - context.measureText(right).width, y)
}

const line = (context: SKRSContext2D, y: number, colour: string, thickness: number) => {
  context.fillStyle = colour
  context.fillRect(margin, y, width - 2 * margin, thickness)
}
