import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const catalog = readFileSync(join(import.meta.dirname, '../../../pnpm-workspace.yaml'), 'utf8')

/** The exact version of a package that this workspace is tested with. */
export function version(name: string): string {
  const line = catalog.split('\n').find((each) => new RegExp(`^  '?${name}'?: `).test(each))
  if (line === undefined) throw new Error(`the catalog has no ${name}`)
  return line.split(': ')[1]!
}
