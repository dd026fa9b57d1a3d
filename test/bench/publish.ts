import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keptOf, textOf } from './harness/kept.ts'
import { markdown } from './harness/markdown.ts'
import { measured } from './harness/samples.ts'
import { parts } from './parts.ts'
import { plot } from './plot.ts'

const root = join(import.meta.dirname, '../..')

/** A page with what was measured last between its marks, `<!-- NAME -->` and `<!-- /NAME -->`. */
export function filled(page: string): string {
  let text = page
  const soak = textOf('soak.md')
  if (soak !== undefined) text = between(text, 'soak', soak.trimEnd())
  for (const part of parts) {
    const kept = keptOf(part.name)
    if (kept === undefined) continue
    const { machine, rounds, runs } = kept
    const measuring = `*${machine}; ${runs.length} runs of ${rounds} rounds.*`
    text = between(text, part.name, `${markdown(part, runs)}\n\n${measuring}`)
  }
  return text
}

const between = (page: string, name: string, text: string) =>
  page.replace(
    new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`),
    (_, from: string, to: string) => `${from}\n${text}\n${to}`,
  )

/** What each package weighs, in a sentence for the front page. */
function weights(): string | undefined {
  const kept = keptOf('installed')
  if (kept === undefined) return undefined
  const of = (subject: string) => {
    const [packages, size] = ['packages', 'size'].map((metric) => measured(kept.runs, subject, metric)!.median)
    return `${size!.toFixed(1)} MB in ${packages === 1 ? 'one package' : `${packages} packages`}`
  }
  return (
    `Installed, without what is optional: core ${of('penstock core')}; with the middleware ${of('penstock core + middleware')}; ` +
    `with undici too ${of('penstock core + middleware, undici')}; all three with got ${of('penstock core + middleware + ocr, got')}. ` +
    `For comparison: got, tough-cookie, p-retry, opossum and zod ${of('seed: got + opossum + p-retry + tough-cookie + zod')}, ` +
    `baidu-aip-sdk ${of('baidu-aip-sdk')}.`
  )
}

/** The front page, with the weights between its marks. */
export function weighed(page: string): string {
  const text = weights()
  return text === undefined ? page : between(page, 'weights', text)
}

/** Writes docs/performance.md, its picture and the weights of the front page anew from test/bench/results. */
export function publish(): void {
  rewrite(join(root, 'docs/performance.md'), filled)
  rewrite(join(root, 'README.md'), weighed)
  const kept = keptOf('small')
  if (kept !== undefined) writeFileSync(join(root, 'docs/performance.svg'), plot(kept.runs))
}

function rewrite(path: string, change: (page: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}
