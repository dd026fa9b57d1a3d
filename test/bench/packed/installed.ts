import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Notebook } from '../harness/notebook.ts'
import { type Effort, type Part, wanted } from '../harness/part.ts'
import { measured, type Samples } from '../harness/samples.ts'
import { packagesIn, run, Stranger } from './stranger.ts'
import { version } from './version.ts'

const ours = 'penstock core + middleware, undici'

/** What is installed by name; ours by their tarballs. */
const installs: Readonly<Record<string, readonly string[]>> = {
  'penstock core': ['core'],
  'penstock core + middleware': ['core', 'middleware'],
  [ours]: ['core', 'middleware', 'undici'],
  'penstock core + middleware, got': ['core', 'middleware', 'got'],
  'penstock core + middleware + ocr, got': ['core', 'middleware', 'ocr', 'got'],
  undici: ['undici'],
  got: ['got'],
  'undici + cockatiel': ['undici', 'cockatiel'],
  'axios + axios-retry + opossum': ['axios', 'axios-retry', 'opossum'],
  'seed: got + opossum + p-retry + tough-cookie + zod': ['got', 'opossum', 'p-retry', 'tough-cookie', 'zod'],
  ky: ['ky'],
  '@azure/core-rest-pipeline': ['@azure/core-rest-pipeline'],
  'smithy handler + stack': ['@smithy/node-http-handler', '@smithy/middleware-stack'],
  'baidu-aip-sdk': ['baidu-aip-sdk'],
  'tencentcloud-sdk-nodejs-ocr': ['tencentcloud-sdk-nodejs-ocr'],
  '@alicloud/ocr-api20210707': ['@alicloud/ocr-api20210707'],
}

export const installed: Part = {
  name: 'installed',
  title: 'Installed',
  about:
    'Into an empty project, by npm, without what is optional. Packages and megabytes in node_modules. ' +
    'opossum and p-retry come with the middleware; got, undici, zod for OCR and the rest are the user’s choice.',
  columns: [
    { head: 'packages', metric: 'packages' },
    { head: 'MB', metric: 'size' },
    { head: 'files', metric: 'files' },
  ],
  goals: [
    { says: `${ours}: packages`, most: 10, of: (runs) => measured(runs, ours, 'packages') },
    { says: `${ours}: size`, most: 5, unit: ' MB', of: (runs) => measured(runs, ours, 'size') },
  ],
  measure,
}

async function measure({ only, progress }: Effort): Promise<Samples> {
  progress('building and packing')
  using stranger = new Stranger()
  const notebook = new Notebook()
  for (const [index, name] of wanted(Object.keys(installs), only).entries()) {
    progress(`installing ${name}`)
    const project = stranger.project(`installed-${index}`)
    const specs = installs[name]!.map((each) =>
      each in stranger.tarballs
        ? stranger.tarballs[each as keyof typeof stranger.tarballs]
        : `${each}@${version(each)}`,
    )
    run('npm', ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', ...specs], project, env())
    const modules = join(project, 'node_modules')
    notebook.write(name, { packages: countIn(modules), ...weight(modules) })
  }
  return notebook.samples
}

/** None of what an outer npm handed down but where the registry is. */
const env = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(package|lifecycle|command|execpath|node_execpath|config_(global_)?prefix)|^INIT_CWD$/.test(name),
    ),
  )

/** Those of packages inside packages too. */
function countIn(modules: string): number {
  return packagesIn(modules).reduce((sum, name) => {
    const inner = join(modules, name, 'node_modules')
    return sum + 1 + (lstatSync(inner, { throwIfNoEntry: false }) === undefined ? 0 : countIn(inner))
  }, 0)
}

function weight(folder: string): { readonly size: number; readonly files: number } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const bytes = files.reduce((sum, { parentPath, name }) => sum + lstatSync(join(parentPath, name)).size, 0)
  return { size: bytes / 1e6, files: files.length }
}
