import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/** What tells of a call once somebody asks: a third of core. A function a module, of its name in the sources. */
export const tellers = {
  explain: 'recorder/explain.ts',
  conclude: 'recorder/conclude.ts',
  flightOf: 'recorder/flight.ts',
}

export const telling = '\0telling'

/** Puts the tellers into a file of their own, that everything else imports as `#telling`: the `imports` of package.json. */
export function tellersOf(source: string): Plugin {
  const modules = Object.entries(tellers).map(([name, file]) => ({ name, path: join(source, file) }))
  const own = new Set([telling, ...modules.map(({ path }) => path)])
  return {
    name: 'telling',
    resolveId(id, importer) {
      if (id === telling) return id
      if (importer === undefined || own.has(importer) || !id.startsWith('.')) return null
      return own.has(join(importer, '..', id)) ? { id: '#telling', external: true } : null
    },
    load: (id) =>
      id === telling ? modules.map(({ name, path }) => `export { ${name} } from '${path}'`).join('\n') : null,
  }
}
