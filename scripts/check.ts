/**
 * Everything `npm test` checks. All steps run even when one fails, so that one run shows all there is to mend; the tests
 * come last and close with the `Tests:` line, in which each failed step is counted as a failure.
 * Arguments go to vitest: `npm test -- test/core`.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const packages = ['packages/core', 'packages/middleware', 'packages/ocr']
const sources = ['packages', 'test', 'examples', 'scripts'].filter(
  (folder) => globSync(join(root, folder, '**/*.ts')).length > 0,
)
const path = [join(root, 'node_modules/.bin'), join(root, 'test/node_modules/.bin'), process.env['PATH'] ?? ''].join(
  ':',
)

const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['the packages as they are published', process.execPath, 'scripts/build.ts'],
  ['types of the tests', 'tsc', '-p', 'test'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings', ...sources],
  ['format', 'oxfmt', '--check', '.'],
  ...packages.map((folder) => [`publint ${folder}`, 'publint', 'run', folder, '--strict', '--pack=false'] as const),
]

const failed: string[] = []
for (const [name, command, ...args] of steps) {
  const began = performance.now()
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
    maxBuffer: 2 ** 26,
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (status === 0) {
    console.log(`✓ ${name} (${seconds} s)`)
  } else {
    failed.push(name)
    console.log(
      `✗ ${name} (${seconds} s): ${command} ${args.join(' ')}\n${stdout}${stderr}${error ? String(error) : ''}`,
    )
  }
}

const reporters = ['--reporter=default', '--reporter=./scripts/ci-reporter.ts']
const tests = spawnSync('vitest', ['run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: path, FAILED_CHECKS: failed.join(',') },
})
process.exitCode = failed.length > 0 ? 1 : (tests.status ?? 1)
