import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A factory, its file, and the file's name. */
export type LayerFile = { readonly name: string; readonly factory: string; readonly path: string }

/** What an index hands on that is more than a type. @throws Error when it is not one factory from a file */
export function layersOf(index: string): LayerFile[] {
  const lines = readFileSync(index, 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [, names, from] = /^export \{ (.+) \} from '(.+)'$/.exec(line) ?? []
    if (names === undefined || from === undefined) return []
    const [factory, ...more] = names.split(', ').filter((name) => !name.startsWith('type '))
    if (factory === undefined || more.length > 0) throw new Error(`one factory is due from ${from}`)
    return [{ name: basename(from, '.ts'), factory, path: join(index, '..', from) }]
  })
}
