import { join, relative } from 'node:path'
import type { Plugin } from 'rolldown'

const root = join(import.meta.dirname, '../..')

/** Of these, functions by name come when they are called: most who load what names them never call them. */
const late = new Set(['node:crypto', 'node:fs/promises', 'node:tls'])

/**
 * Node's own modules without their namespaces: `import 'node:http'` reads every name of it, one of which loads Node's fetch,
 * and takes 70 ms where the module itself takes 11.
 */
export const builtins: Plugin = {
  name: 'builtins',
  // one for each importer, so that it needs no file to share
  resolveId: (id, importer) =>
    id.startsWith('node:') ? { id: `${id} in ${relative(root, importer!)}`, moduleSideEffects: false } : null,
  load(id) {
    if (!id.startsWith('node:')) return null
    const name = id.slice(0, id.indexOf(' '))
    const names = Object.entries(process.getBuiltinModule(name)!).flatMap(([each, value]) => {
      if (each === 'default') return []
      const comesLate = late.has(name) && typeof value === 'function' && /^[a-z]/.test(each)
      return `export const ${each} = ${comesLate ? `(...args) => load().${each}(...args)` : `whole.${each}`}`
    })
    const module = `process.getBuiltinModule('${name}')`
    return [
      `const whole = /* @__PURE__ */ ${module}`,
      'let loaded',
      `const load = () => (loaded ??= ${module})`,
      'export default whole',
      ...names,
    ].join('\n')
  },
}
