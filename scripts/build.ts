/**
 * Builds the packages as they are published, `npm run build` and `pnpm pack`: types by tsc, a file for each module;
 * JavaScript by rolldown, a few files for each entry, for each file costs an import its time. Why so:
 * docs/decisions/packing.md. In a checkout the sources run as they are, and nothing here is needed.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

type Entry = { readonly source?: string; readonly default?: string }

const root = join(import.meta.dirname, '..')
const names = ['core', 'middleware', 'ocr']

const built = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b', ...names.map((name) => `packages/${name}`)], {
  cwd: root,
  stdio: 'inherit',
})
if (built.status !== 0) process.exit(1)
/**
 * Node's own modules without their namespaces: `import 'node:http'` reads every name of it, one of which loads Node's fetch,
 * and takes 70 ms where the module itself takes 11.
 */
const builtins: Plugin = {
  name: 'builtins',
  // one for each importer, so that it needs no file to share
  resolveId: (id, importer) =>
    id.startsWith('node:') ? { id: `\0${id}?${importer}`, moduleSideEffects: false } : null,
  load(id) {
    if (!id.startsWith('\0node:')) return null
    const name = id.slice(1, id.indexOf('?'))
    const names = Object.keys(process.getBuiltinModule(name)!).filter((each) => each !== 'default')
    const whole = `const whole = /* @__PURE__ */ process.getBuiltinModule('${name}')`
    return [whole, 'export default whole', ...names.map((each) => `export const ${each} = whole.${each}`)].join('\n')
  },
}

async function bundle(folder: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries: Entry[] = Object.values(manifest.exports)
  const input = Object.fromEntries(
    entries.flatMap((entry) => (entry.source ? [[basename(entry.default!, '.js'), join(folder, entry.source)]] : [])),
  )
  for (const program of globSync(join(folder, 'src/cli/main.ts'))) input['penstock'] = program
  const front = new Set<string>()
  const build = await rolldown({
    input,
    platform: 'node',
    external: (id) => !/^[./\0]/.test(id) && !id.startsWith('node:'),
    treeshake: { propertyReadSideEffects: false },
    // what cannot be resolved, or is imported in a circle, is no warning but a mistake
    onLog(_, log) {
      throw new Error(log.message)
    },
    plugins: [
      builtins,
      {
        name: 'front-door',
        buildEnd() {
          const walk = (id: string) => {
            if (front.has(id)) return
            front.add(id)
            for (const imported of this.getModuleInfo(id)?.importedIds ?? []) walk(imported)
          }
          walk(join(folder, 'src/index.ts'))
        },
      },
    ],
  })
  const out = join(folder, 'dist/js')
  rmSync(out, { recursive: true, force: true })
  await build.write({
    dir: out,
    format: 'esm',
    // beside each other: `../../package.json` and the peers are where they are for the sources
    chunkFileNames: '[name].js',
    // names as in the sources, for who reads a stack
    minifyInternalExports: false,
    // a text with one character beyond Latin-1 takes two bytes a character, in the engine too: escaped, it takes one
    charset: 'ascii',
    // the promises stand in the types
    comments: false,
    codeSplitting: { groups: [{ name: 'front', test: (id) => front.has(id) }] },
  })
  await build.close()
}

for (const name of names) await bundle(join(root, 'packages', name))
