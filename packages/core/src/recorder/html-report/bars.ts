import { duration } from '../notes.ts'
import { lengthOf, type Stretch } from '../timetable/stretch.ts'
import { html, type Markup } from './html.ts'
import { moment } from './moment.ts'
import { inBoth } from './said.ts'
import type { Scale } from './scale.ts'
import { words } from './words.ts'

/**
 * What one row draws: its stretches, each with its name and time to point at, or a mark at the moment of what took no time.
 * What cannot be told apart is drawn as one.
 */
export function bars(stretches: readonly Stretch[], scale: Scale, at?: number): Markup {
  const { place, total } = scale
  if (stretches.length > 0)
    return drawing(
      html`<title>${stretches.slice(0, 12).map(told).join(', ')}</title>`,
      together(stretches, total / 1000).map((one) => bar(one, place)),
      scale,
    )
  const mark = html`<circle class="moment" cx="${place(at ?? 0)}" cy="50%" r="3.5" />`
  return drawing(html`<title>${moment(at ?? 0)}</title>`, at === undefined ? [] : [mark], scale)
}

const drawing = (title: Markup, content: readonly Markup[], { place, ticks, shades }: Scale) =>
  html`<svg class="bar" role="img">
    ${title}${ticks.map(({ at }) => html`<line class="tick" x1="${place(at)}" x2="${place(at)}" y1="0" y2="100%" />`)}
    ${shades.map(
      ({ from, to }) =>
        html`<rect class="shade" x="${place(from)}" width="${place(Math.max(0, to - from))}" y="0" height="100%" />`,
    )}
    ${content}
  </svg>`

const bar = (stretch: Stretch, place: Scale['place']) =>
  html`<rect class="${stretch.kind}" x="${place(stretch.from)}" width="${place(lengthOf(stretch))}" y="50%" height="12">
    <title>${told(stretch)}</title>
  </rect>`

const told = (stretch: Stretch) => `${inBoth(words.kinds[stretch.kind])} ${duration(lengthOf(stretch))}`

/** Neighbours of a kind with less than `least` between them. */
function together(stretches: readonly Stretch[], least: number): Stretch[] {
  const out: Stretch[] = []
  for (const one of stretches) {
    const last = out.at(-1)
    if (last?.kind === one.kind && one.from - last.to < least)
      out[out.length - 1] = { ...last, to: Math.max(last.to, one.to) }
    else out.push(one)
  }
  return out
}
