import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Versions of a package that this package, and the project around `cwd`, would load: ours first, one entry a copy. */
export function copiesOf(name: string, cwd: string): string[] {
  const folders = [dirname(fileURLToPath(import.meta.url)), cwd].flatMap((from) => nearest(name, from) ?? [])
  return [...new Set(folders)].map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version)
}

/** Where Node's resolution finds it, looking upwards. */
function nearest(name: string, from: string): string | undefined {
  try {
    const folder = realpathSync(join(from, 'node_modules', name))
    readFileSync(join(folder, 'package.json'))
    return folder
  } catch {
    const parent = dirname(from)
    return parent === from ? undefined : nearest(name, parent)
  }
}
