/**
 * Builds the packages as they are published, `npm run build` and `pnpm pack`: types by tsc, a file for each module;
 * JavaScript by rolldown, a few files for each entry, for each file costs an import its time. Why so:
 * docs/decisions/packing.md. In a checkout the sources run as they are, and nothing here is needed.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type OutputChunk, rolldown } from 'rolldown'
import { builtins } from './build/builtins.ts'
import { checkRaces } from './build/check-races.ts'
import { lateFile } from './build/late-file.ts'
import { lateId, lateModules, type LateModules } from './build/late-modules.ts'
import { layersOf } from './build/layers-of.ts'
import { gathering, type Part } from './build/part.ts'

const root = join(import.meta.dirname, '..')
const names = ['core', 'middleware', 'ocr']

const types = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b', ...names.map((name) => `packages/${name}`)], {
  cwd: root,
  stdio: 'inherit',
})
if (types.status !== 0) process.exit(1)

await bundle('core', {
  late: {
    // a third of core, for who asks what became of a call
    telling: { explain: 'recorder/explain.ts', conclude: 'recorder/conclude.ts', flightOf: 'recorder/flight.ts' },
    // another quarter, for who makes calls
    making: { pipeline: 'pipeline.ts', client: 'client.ts', poll: 'poll.ts' },
  },
  together: { front: ['index.ts'], transports: ['transports/undici.ts', 'transports/got.ts'] },
})

const layers = layersOf(join(root, 'packages/middleware/src/index.ts'))
const chunks = await bundle('middleware', {
  alone: ['stores-disk', 'stores-redis'],
  together: { layers: ['default-stack.ts'], ...Object.fromEntries(layers.map(({ name }) => [name, [`${name}.ts`]])) },
})
const factories = layers.map(({ factory, path }) => {
  const chunk = chunks.find(({ moduleIds }) => moduleIds.includes(path))
  if (!chunk?.exports.includes(factory)) throw new Error(`no file hands out ${factory}`)
  return { name: factory, file: chunk.fileName }
})
checkRaces(chunks, { late: factories.map(({ file }) => file), loaded: [], plain: ['all.js'] })
write('middleware', 'index.js', lateFile(factories, ['@penstock/core']))

await bundle('ocr', {
  within: ['zod', 'image-size'],
  late: { 'image-size': { imageSize: 'image/image-size.ts' } },
  together: { front: ['index.ts'] },
})

function write(name: string, file: string, text: string): void {
  writeFileSync(join(root, 'packages', name, 'dist/js', file), text)
}

type Bundle = {
  /** By the name of their file. */
  readonly late?: Readonly<Record<string, LateModules>>
  /** Entries that share nothing: they would, with what comes late, and may be loading just then. */
  readonly alone?: readonly string[]
  /** Libraries of which the used part stands in our files. */
  readonly within?: readonly string[]
  /** Modules that stand in one file with all they import; what two of them import stands with the first. */
  readonly together: Readonly<Record<string, readonly string[]>>
}

async function bundle(name: string, { late = {}, alone = [], within = [], together }: Bundle): Promise<OutputChunk[]> {
  const folder = join(root, 'packages', name)
  const dir = join(folder, 'dist/js')
  rmSync(dir, { recursive: true, force: true })

  const lateFiles = Object.keys(late)

  async function built(input: Readonly<Record<string, string>>, parts: readonly Part[]): Promise<OutputChunk[]> {
    const build = await rolldown({
      input,
      platform: 'node',
      external: (id) => !/^[./\0]/.test(id) && !id.startsWith('node:') && !within.includes(libraryOf(id)),
      treeshake: { propertyReadSideEffects: false },
      // what cannot be resolved, or is imported in a circle, is no warning but a mistake
      onLog(_, { message }) {
        throw new Error(message)
      },
      plugins: [builtins, lateModules(join(folder, 'src'), late), gathering(parts, lateFiles.map(lateId))],
    })
    const { output } = await build.write({
      dir,
      format: 'esm',
      // beside each other: `../../package.json` and the peers are where they are for the sources
      chunkFileNames: '[name].js',
      // names as in the sources, for who reads a stack
      minifyInternalExports: false,
      // a text with one character beyond Latin-1 takes two bytes a character, in the engine too: escaped, it takes one
      charset: 'ascii',
      // the promises stand in the types
      comments: false,
      codeSplitting: { groups: parts.map(({ name, members }) => ({ name, test: (id) => members.has(id) })) },
    })
    await build.close()
    return output.filter((file) => file.type === 'chunk')
  }

  const entries = Object.entries(entriesOf(folder))
  for (const [entry, path] of entries) if (alone.includes(entry)) await built({ [entry]: path }, [])
  const parts = Object.entries(together).map(([name, modules]): Part => {
    return { name, roots: modules.map((each) => join(folder, 'src', each)), members: new Set() }
  })
  const chunks = await built(
    {
      ...Object.fromEntries(entries.filter(([entry]) => !alone.includes(entry))),
      ...Object.fromEntries(lateFiles.map((file) => [file, lateId(file)])),
    },
    parts,
  )
  for (const library of within)
    copyFileSync(join(folder, 'node_modules', library, 'LICENSE'), join(dir, `${library}.LICENSE`))
  if (lateFiles.length > 0) {
    checkRaces(chunks, { late: lateFiles.map((file) => `${file}.js`), loaded: ['index.js'], plain: [] })
    const functions = Object.entries(late).flatMap(([file, modules]) =>
      Object.keys(modules).map((each) => ({ name: each, file: `${file}.js` })),
    )
    write(name, 'late.js', lateFile(functions))
  }
  return chunks
}

/** `zod` of `zod/mini`. */
function libraryOf(id: string): string {
  return id.split('/', id.startsWith('@') ? 2 : 1).join('/')
}

/** A package's entry points, and its program, by the name of the file that each becomes. */
function entriesOf(folder: string): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries: { readonly source?: string; readonly module?: string; readonly default: string }[] =
    Object.values(exports)
  const program = join(folder, 'src/cli/main.ts')
  return {
    ...Object.fromEntries(
      entries.flatMap((entry) =>
        entry.source ? [[basename(entry.module ?? entry.default, '.js'), join(folder, entry.source)]] : [],
      ),
    ),
    ...(existsSync(program) ? { penstock: program } : {}),
  }
}
