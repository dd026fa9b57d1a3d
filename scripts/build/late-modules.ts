import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/** Modules of one function each, of its name in the sources, that stand in a file of their own and come when called. */
export type LateModules = Readonly<Record<string, string>>

/** The id as an input of what becomes that file. */
export const lateId = (file: string): string => `\0late ${file}`

/**
 * Puts them into their files, and has everything else import them as `#file`: package.json says under `imports` who gets
 * the file itself, and who the list that loads it.
 */
export function lateModules(source: string, late: Readonly<Record<string, LateModules>>): Plugin {
  const files = Object.entries(late).map(([file, modules]) => ({ file, modules: Object.entries(modules) }))
  const fileOf = new Map(
    files.flatMap(({ file, modules }) => [
      [lateId(file), file],
      ...modules.map(([, path]) => [join(source, path), file] as const),
    ]),
  )
  return {
    name: 'late',
    resolveId(id, importer) {
      if (fileOf.has(id)) return id
      if (importer === undefined || !id.startsWith('.')) return null
      const file = fileOf.get(join(importer, '..', id))
      return file === undefined || file === fileOf.get(importer) ? null : { id: `#${file}`, external: true }
    },
    load(id) {
      const modules = files.find(({ file }) => lateId(file) === id)?.modules
      return modules?.map(([name, path]) => `export { ${name} } from '${join(source, path)}'`).join('\n') ?? null
    },
  }
}
