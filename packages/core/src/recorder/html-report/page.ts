import { createHash } from 'node:crypto'
import type { Language } from '../explain.ts'
import { html, Markup } from './html.ts'
import { patterns } from './patterns.ts'
import { said } from './said.ts'
import { style } from './style.ts'
import { words } from './words.ts'

type Page = {
  readonly title: string
  /** Of the small picture beside the title. */
  readonly is: 'failed' | 'running' | 'fine'
  readonly lang: Language
  readonly body: string
}

/** Nothing is fetched, nothing runs, and only this one style holds. */
const policy = () =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

/** The languages are chosen by style alone: of two buttons one is pressed, and what follows shows by it. */
export const page = ({ title, is, lang, body }: Page): string =>
  html`<!doctype html>
    <html lang="${lang === 'zh' ? 'zh-Hans' : 'en'}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="penstock" />
        <title>${title}</title>
        <link rel="icon" href="${icon(is)}" />
        ${new Markup(`<style>${style}</style>`)}
      </head>
      <body>
        ${patterns}${choice('en', lang)}${choice('zh', lang)}
        <div class="page">
          <div class="top">
            <a class="skip" href="#main">${said(words.skip)}</a>
            <p class="brand"><b>Penstock</b> ${said(words.report)}</p>
            <div class="languages">
              <label for="en" lang="en-US">English</label><label for="zh" lang="zh-CN">中文</label>
            </div>
          </div>
          ${new Markup(body)}
        </div>
      </body>
    </html> `.text

const choice = (one: Language, lang: Language): Markup =>
  html`<input
    class="unseen"
    type="radio"
    name="language"
    id="${one}"
    aria-label="${one === 'en' ? 'English' : '中文'}"
    ${one === lang ? html` checked` : html``}
  />`

const colours = { failed: '#b42318', running: '#8a5200', fine: '#067647' }

const icon = (is: Page['is']) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${colours[is]}"/><path d="M3 4h7M5 8h8M8 12h5" stroke="#fff" stroke-width="2"/></svg>`)}`
