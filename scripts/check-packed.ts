/**
 * Packs the three packages and uses them as a stranger would: with the machine's own npm, in an empty project, under the
 * oldest and the newest Node they promise, and under one that is too old. `npm run check:packed`; needs the registry and
 * some minutes, so it is not a part of `npm test`.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const project = mkdtempSync(join(tmpdir(), 'penstock-packed-'))
const packages = ['core', 'middleware', 'ocr']
const tarballs = packages.map((name) => `./${name}.tgz`)
const testBin = join(root, 'test/node_modules/.bin')

// A stranger's shell: none of this project's own Node and tools, and nothing that an outer npm handed down.
const env: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle|command|execpath|node_execpath)|INIT_CWD|NODE$|BAIDU_)/.test(name),
  ),
)
env['PATH'] = (process.env['PATH'] ?? '')
  .split(':')
  .filter((folder) => !folder.startsWith(root))
  .join(':')
// npm resolves a package that it has seen before without looking at the tarball again: a cache of its own
env['npm_config_cache'] = join(project, '.npm')

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const run = (command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Ran =>
  spawnSync(command, args, { cwd: project, env, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 300_000, ...options })

let failures = 0

/** Prints whether a step held; what it printed where it did not. */
const step = (name: string, ran: Ran, holds = ran.status === 0): void => {
  if (!holds) failures++
  console.log(`${holds ? '✓' : '✗'} ${name}${holds ? '' : `: exit ${ran.status}\n${ran.stdout}${ran.stderr}`}`)
}

const version = (name: string): string => {
  const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const found = new RegExp(`^  '?${name}'?: (\\S+)$`, 'm').exec(catalog)?.[1]
  if (!found) throw new Error(`the catalog has no ${name}`)
  return found
}

/** A package spec that pins what the workspace was tested with. */
const spec = (name: string): string => `${name}@${version(name)}`

const inside = { cwd: root, env: process.env }
for (const name of packages) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true })
step('builds', run(process.execPath, ['scripts/build.ts'], inside))
for (const name of packages) {
  const tarball = join(project, `${name}.tgz`)
  step(`packs ${name}`, run('pnpm', ['pack', '--out', tarball], { ...inside, cwd: join(root, 'packages', name) }))
  step(`publint ${name}`, run(join(testBin, 'publint'), ['run', tarball, '--strict'], inside))
  step(`attw ${name}`, run(join(testBin, 'attw'), [tarball, '--profile', 'esm-only'], inside))
}

const picture = globSync('examples/**/*.png', { cwd: root }).toSorted()[0]
if (picture === undefined) throw new Error('examples/ has no image to recognise')
copyFileSync(join(root, picture), join(project, 'x.png'))

const all = [...tarballs, 'tesseract.js', '@tesseract.js-data/eng'].flatMap((name) => ['-p', name])
for (const node of ['24', '22.19']) {
  const ran = run('npx', ['--yes', '-p', `node@${node}`, ...all, 'penstock', 'recognize', 'x.png'])
  step(`npx penstock recognize under node@${node}`, ran, ran.status === 0 && ran.stdout.trim().length > 20)
}
const machine = run('node', ['-p', 'process.versions.node']).stdout.trim()
const old = Number(machine.split('.')[0]) < 22 ? [] : ['-p', 'node@20']
const refused = run('npx', ['--yes', ...old, ...all, 'penstock', 'recognize', 'x.png'])
step(
  `an older Node (${old[1] ?? machine}) is told what is needed`,
  refused,
  refused.status === 78 && /Node 22\.19/.test(refused.stderr),
)

writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
const options = {
  module: 'nodenext',
  target: 'es2024',
  strict: true,
  noEmit: true,
  types: ['node'],
  allowImportingTsExtensions: true,
}
writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['consumer.ts'] }))
copyFileSync(join(root, 'test/support/consumer.ts'), join(project, 'consumer.ts'))
const typescript = `typescript@${version('@typescript/native').split('@')[1]}`
const wanted = [...tarballs, spec('undici'), spec('got'), spec('@types/node'), typescript]
step('installs into an empty project', run('npm', ['install', '--no-audit', '--no-fund', ...wanted]))
step('types resolve', run('node_modules/.bin/tsc', ['-p', '.']))
for (const node of ['24', '22.19']) {
  const within = (script: string): Ran => run('npx', ['--yes', '-p', `node@${node}`, '-c', script])
  step(`runs under node@${node}`, within('node consumer.ts'))
  step(
    `require() works under node@${node}`,
    within(`node -e "if (typeof require('@penstock/core').pipeline !== 'function') process.exit(1)"`),
  )
}

rmSync(project, { recursive: true, force: true })
console.log(failures === 0 ? 'The packages work outside.' : `${failures} did not hold.`)
process.exitCode = failures === 0 ? 0 : 1
