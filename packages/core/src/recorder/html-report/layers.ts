import type { Flight } from '../flight.ts'
import { chart } from './chart.ts'
import { html, type Markup } from './html.ts'
import { said } from './said.ts'
import { scaleOf } from './scale.ts'
import { words } from './words.ts'

/** At level `all`: the tree of layers, each from when it had the call to when it gave it back. */
export function layers({ spans, took, stalls }: Flight): Markup {
  if (spans.length === 0) return html``
  const rows = spans.map(({ layer, attempt, depth, from, to, verdict }) => ({
    label: html`${layer} <small>#${attempt} ${verdict ?? said(words.running)}</small>`,
    depth,
    at: from,
    stretches: [{ kind: 'work' as const, from, to: to ?? took }],
    tone: 'plain' as const,
  }))
  return html`<section class="layers">
    <h3>${said(words.layers)}</h3>
    <div class="wide">${chart(words.layers, rows, scaleOf(took, stalls))}</div>
  </section>`
}
