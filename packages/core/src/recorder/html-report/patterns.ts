import type { Kind } from '../timetable/stretch.ts'
import { html } from './html.ts'

/** Strokes on a tile of 8 × 8. What is not here is drawn in a way of its own: plain, dashed, red. */
const strokes: Partial<Readonly<Record<Kind, string>>> = {
  queue: 'M1 2h2M5 6h2',
  dns: 'M0 2h8M0 6h8',
  tcp: 'M-1 3L3 -1M-1 9L9 -1M5 9L9 5',
  tls: 'M-1 5L3 9M-1 -1L9 9M5 -1L9 3',
  send: 'M2 0v8M6 0v8',
  receive: 'M0 4h8M4 0v8',
  work: 'M4 0v2M4 4v2',
}

/** What tells the phases apart for those who see no colours, and on grey paper: the style names them. */
export const patterns = html`<svg class="unseen" width="0" height="0" aria-hidden="true">
  <defs>
    ${Object.entries(strokes).map(
      ([kind, path]) =>
        html`<pattern id="pattern-${kind}" width="8" height="8" patternUnits="userSpaceOnUse">
          <rect class="ground-${kind}" width="8" height="8" />
          <path class="ink" d="${path}" />
        </pattern> `,
    )}
  </defs>
</svg>`
