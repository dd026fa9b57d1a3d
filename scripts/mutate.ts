/**
 * Mutation testing, in place (`npm run mutate`): does a test fail when a line changes? Arguments are globs of sources;
 * without any, the four whose figures the project answers for.
 *
 * In place because workspace packages resolve through links to the originals: in a sandbox every mutant survives unseen.
 * So the sources must be committed first, and are put back however the run ends.
 */
import { execFileSync, spawn } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const measured = [
  'packages/middleware/src/{retry,circuit-breaker,token}.ts',
  'packages/middleware/src/{retry,circuit-breaker,token}/**/*.ts',
  'packages/core/src/encode.ts',
  'packages/core/src/encode/**/*.ts',
]
const asked = process.argv.slice(2)
const files = (asked.length > 0 ? asked : measured).flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted()
if (files.length === 0) throw new Error(`nothing to mutate: no file matches ${asked.join(' ')}`)

const changed = execFileSync('git', ['status', '--porcelain', '--', ...files], { cwd: root, encoding: 'utf8' })
if (changed !== '') {
  console.error(`Commit these first; mutants are written over them:\n${changed}`)
  process.exit(1)
}

const originals = files.map((file) => ({ path: join(root, file), text: readFileSync(join(root, file), 'utf8') }))
const stryker = spawn(join(root, 'test/node_modules/.bin/stryker'), ['run', '--mutate', files.join(',')], {
  cwd: root,
  stdio: 'inherit',
})
// Stryker is asked to stop and puts back what it can; a file that still holds its switches is put back here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stryker.kill(signal))
stryker.on('close', (status) => {
  for (const { path, text } of originals)
    if (readFileSync(path, 'utf8').includes('stryMutAct_')) writeFileSync(path, text)
  for (const leftover of globSync('stryker-setup-*.js', { cwd: root })) rmSync(join(root, leftover))
  process.exitCode = status ?? 1
})
