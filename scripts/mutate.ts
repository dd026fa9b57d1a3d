/**
 * Mutation testing, in place (`npm run mutate`): does a test fail when a line changes? Every part is measured by its own
 * tests alone: the pipeline of core by those of core, a layer by those that bear its name. Arguments are names of parts;
 * without any, all of them.
 *
 * In place because workspace packages resolve through links to the originals: in a sandbox every mutant survives unseen.
 * So the sources must be committed first, and are put back however the run ends.
 */
import { execFileSync, spawn } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

type Part = { readonly name: string; readonly sources: readonly string[]; readonly tests: readonly string[] }
type Mutant = { readonly status: string }
type Report = { readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>> }

const root = join(import.meta.dirname, '..')
/** Of all mutants of a run, in per cent. */
const floor = 85
const report = join(root, 'node_modules/.cache/mutation.json')

const layers = globSync('packages/middleware/src/*.ts', { cwd: root })
  .map((path) => basename(path, '.ts'))
  .filter((name) => name !== 'index')
const parts: readonly Part[] = [
  {
    name: 'core',
    sources: [
      'packages/core/src/{a,b,cl,comp,dep,e,h,la,m,next,out,ov,pi,pla,prep,r,s,t,w}*.ts',
      'packages/core/src/{call,call-error,live-secrets,poll,poll-error,printable-secret,validate,verdict}.ts',
      'packages/core/src/lint/*.ts',
      'packages/core/src/recorder/{asked,connection,end,explain,ledger,notes,stalls,timeline,trip}*.ts',
    ],
    // without long series on what stands beside the pipeline: a mutant of it that survives would wait for all of them
    tests: [
      'test/core/!(encode|decode|mask|canary|waterfall|support)*.test.ts',
      // those of the bugs that were the pipeline's own, without sockets
      'test/regression/{001,002,003,007,040}-*.test.ts',
    ],
  },
  { name: 'encode', sources: ['packages/core/src/encode/**/*.ts'], tests: ['test/core/encode-*.test.ts'] },
  {
    name: 'stores',
    sources: ['packages/middleware/src/{stores,recall}/*.ts'],
    tests: ['test/middleware/{*-store,cache,cache-*,dedupe,dedupe-*,http-cache,recall-*}.test.ts'],
  },
  {
    name: 'repeat',
    sources: ['packages/middleware/src/repeat/*.ts'],
    tests: ['test/middleware/{retry,retry-*,hedge}.test.ts'],
  },
  {
    name: 'crossing',
    sources: ['packages/middleware/src/crossing/*.ts'],
    tests: ['test/middleware/{redirect,fallback}.test.ts'],
  },
  {
    name: 'wire',
    sources: ['packages/middleware/src/wire/*.ts'],
    tests: ['test/middleware/{tls,proxy,proxy-from-env,direct}.test.ts'],
  },
  {
    name: 'observe',
    sources: ['packages/middleware/src/observe/*.ts'],
    tests: ['test/middleware/{metrics,tracing}*.test.ts'],
  },
  {
    name: 'pace',
    sources: ['packages/middleware/src/pace/*.ts'],
    tests: ['test/middleware/quota.test.ts'],
  },
  ...layers.map((name) => ({
    name,
    sources: [`packages/middleware/src/${name}.ts`, `packages/middleware/src/${name}/**/*.ts`],
    tests: [`test/middleware/${name}.test.ts`, `test/middleware/${name}-*.test.ts`],
  })),
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !parts.some((part) => part.name === name))
if (unknown.length > 0)
  throw new Error(`no part is called ${unknown.join(', ')}: there are ${parts.map(({ name }) => name).join(', ')}`)
const measured = asked.length === 0 ? parts : parts.filter(({ name }) => asked.includes(name))
const found = (patterns: readonly string[]) =>
  patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted()

/** What lives by Redis alone is held by tests on a real one, which take too long to be run once a mutant. */
const byRedis = /\/redis[-/.]|\/quota\/exchange|\/rate-limit\/(own-share|reservation)/
const mutable = (patterns: readonly string[]) => found(patterns).filter((file) => !byRedis.test(file))
const files = measured.flatMap(({ sources }) => mutable(sources))
const changed = execFileSync('git', ['status', '--porcelain', '--', ...files], { cwd: root, encoding: 'utf8' })
if (changed !== '') {
  console.error(`Commit these first; mutants are written over them:\n${changed}`)
  process.exit(1)
}

const originals = files.map((file) => ({ path: join(root, file), text: readFileSync(join(root, file), 'utf8') }))
let running: ReturnType<typeof spawn> | undefined
// Stryker is asked to stop and puts back what it can; a file that still holds its switches is put back here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => running?.kill(signal))

/** Killed and all mutants of one part; what survives is printed by Stryker. */
async function measure({ sources, tests }: Part): Promise<{ readonly killed: number; readonly all: number }> {
  rmSync(report, { force: true })
  const env = { ...process.env, MUTATE_TESTS: found(tests).join(',') }
  const stryker = join(root, 'test/node_modules/.bin/stryker')
  running = spawn(stryker, ['run', '--mutate', mutable(sources).join(',')], { cwd: root, stdio: 'inherit', env })
  const status = await new Promise((resolve) => running!.on('close', resolve))
  if (status !== 0) throw new Error(`Stryker ended with ${String(status)}`)
  const mutants = Object.values((JSON.parse(readFileSync(report, 'utf8')) as Report).files).flatMap(
    (file) => file.mutants,
  )
  const killed = mutants.filter((mutant) => mutant.status === 'Killed' || mutant.status === 'Timeout').length
  const survived = mutants.filter((mutant) => mutant.status === 'Survived' || mutant.status === 'NoCoverage').length
  return { killed, all: killed + survived }
}

const rows: string[] = []
const total = { killed: 0, all: 0 }
const percent = ({ killed, all }: typeof total) => (all === 0 ? 100 : (100 * killed) / all)
try {
  for (const part of measured) {
    console.log(`\n# ${part.name}`)
    const result = await measure(part)
    total.killed += result.killed
    total.all += result.all
    rows.push(`| \`${part.name}\` | ${result.all} | ${percent(result).toFixed(1)} % |`)
  }
} finally {
  for (const { path, text } of originals)
    if (readFileSync(path, 'utf8').includes('stryMutAct_')) writeFileSync(path, text)
  for (const leftover of globSync('stryker-setup-*.js', { cwd: root })) rmSync(join(root, leftover))
}
console.log(
  `\n| part | mutants | killed |\n| --- | --- | --- |\n${rows.join('\n')}\n| all | ${total.all} | ${percent(total).toFixed(1)} % |`,
)
process.exitCode = percent(total) >= floor ? 0 : 1
