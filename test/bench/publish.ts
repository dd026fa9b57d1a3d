import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keptOf, textOf } from './harness/kept.ts'
import { markdown } from './harness/markdown.ts'
import { parts } from './parts.ts'
import { plot } from './plot.ts'

const docs = join(import.meta.dirname, '../../docs')

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

/** Writes docs/performance.md and its picture anew from test/bench/results. */
export function publish(): void {
  const page = join(docs, 'performance.md')
  writeFileSync(page, filled(readFileSync(page, 'utf8')))
  const kept = keptOf('small')
  if (kept !== undefined) writeFileSync(join(docs, 'performance.svg'), plot(kept.runs))
}
