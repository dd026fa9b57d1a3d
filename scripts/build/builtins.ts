import { join, relative } from 'node:path'
import type { Plugin } from 'rolldown'

const root = join(import.meta.dirname, '../..')

/** These come when something of them is asked for: most who load what names them never do, and TLS takes 25 ms. */
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
    const names = Object.entries(process.getBuiltinModule(name)!).filter(([each]) => each !== 'default')
    return (late.has(name) ? comingLate(name, names) : atOnce(name, names)).join('\n')
  },
}

type Names = readonly (readonly [name: string, value: unknown])[]

const atOnce = (module: string, names: Names): string[] => [
  `const whole = /* @__PURE__ */ process.getBuiltinModule('${module}')`,
  'export default whole',
  ...names.map(([name]) => `export const ${name} = whole.${name}`),
]

const comingLate = (module: string, names: Names): string[] => [
  'let loaded',
  `const load = () => (loaded ??= process.getBuiltinModule('${module}'))`,
  // a class too, which may be asked what it has made
  'const late = (whole) => new Proxy(function () {}, {',
  '  get: (_, name) => whole()[name],',
  '  construct: (_, args) => new (whole())(...args),',
  '})',
  'export default /* @__PURE__ */ late(load)',
  ...names.map(([name, value]) => {
    if (typeof value !== 'function') return `export const ${name} = /* @__PURE__ */ load().${name}`
    if (/^[a-z]/.test(name)) return `export const ${name} = (...args) => load().${name}(...args)`
    return `export const ${name} = /* @__PURE__ */ late(() => load().${name})`
  }),
]
