import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machine } from './machine.ts'
import type { Samples } from './samples.ts'

/** What a benchmark measured, as it is kept in test/bench/results. */
export type Kept = { readonly machine: string; readonly rounds: number; readonly runs: readonly Samples[] }

const folder = join(import.meta.dirname, '../results')

export function keep(part: string, rounds: number, runs: readonly Samples[]): void {
  mkdirSync(folder, { recursive: true })
  const kept: Kept = { machine: machine(), rounds, runs }
  writeFileSync(join(folder, `${part}.json`), `${JSON.stringify(kept, rounded)}\n`)
}

/** What is told in words already. */
export function keepText(name: string, text: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.md`), text)
}

/** Undefined when it was never measured. */
export function keptOf(part: string): Kept | undefined {
  const text = textOf(`${part}.json`)
  return text === undefined ? undefined : (JSON.parse(text) as Kept)
}

/** Undefined when there is no such file. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** What is beyond four digits is noise. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
