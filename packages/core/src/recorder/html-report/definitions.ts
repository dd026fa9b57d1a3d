import type { Bilingual } from '../../verdict-table.ts'
import { html, type Markup, type Value } from './html.ts'
import { said } from './said.ts'

/** Names and what they stand for; a name without a value is left out. */
export const definitions = (entries: readonly (readonly [Bilingual, Value])[]): Markup =>
  html`<dl>
    ${entries
      .filter(([, value]) => value !== undefined && value !== '')
      .map(
        ([name, value]) =>
          html`<div>
            <dt>${said(name)}</dt>
            <dd>${value}</dd>
          </div> `,
      )}
  </dl>`
