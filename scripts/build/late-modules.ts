import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/** Modules of one function each, of its name in the sources, that stand in a file of their own and come when called. */
export type LateModules = {
  /** The file is this without the `#`; package.json says under `imports` who gets it and who the list that loads it. */
  readonly specifier: `#${string}`
  readonly modules: Readonly<Record<string, string>>
}

/** Its id as an input. */
export const lateId = ({ specifier }: LateModules): string => `\0${specifier}`

/** Puts them into their file, and has everything else import them by the specifier. */
export function lateModules(source: string, late: LateModules): Plugin {
  const { specifier } = late
  const modules = Object.entries(late.modules).map(([name, file]) => ({ name, path: join(source, file) }))
  const own = new Set([lateId(late), ...modules.map(({ path }) => path)])
  return {
    name: specifier,
    resolveId(id, importer) {
      if (id === lateId(late)) return id
      if (importer === undefined || own.has(importer) || !id.startsWith('.')) return null
      return own.has(join(importer, '..', id)) ? { id: specifier, external: true } : null
    },
    load: (id) =>
      id === lateId(late) ? modules.map(({ name, path }) => `export { ${name} } from '${path}'`).join('\n') : null,
  }
}
