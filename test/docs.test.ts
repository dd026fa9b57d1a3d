/**
 * Documents cannot rot: every `ts` block of every page, and of every `@example`, type-checks; those of the pages run, each
 * as a module of its own in a fresh Node, and so does every file of examples/. `https://api.example.com` is a server on
 * loopback then, and the working directory is an empty folder that holds the example images.
 */
import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { exampleBlocks, markdownBlocks } from './support/doc-blocks.ts'
import { startExampleOrigin } from './support/example-origin.ts'
import { modules } from './support/modules.ts'

const root = join(import.meta.dirname, '..')
const written = join(import.meta.dirname, '.doc-blocks', String(process.pid))
const run = promisify(execFile)

const pages = modules('{README,CONTRIBUTING,CHANGELOG}.md')
  .concat(modules('{docs,packages/*}/**/*.md'))
  .filter(({ path }) => !path.includes('node_modules'))
const inPages = pages.flatMap(markdownBlocks)
const running = inPages.filter(({ language }) => language === 'ts')
const checked = [...running, ...modules('packages/*/src/**/*.ts').flatMap(exampleBlocks)]
const file = (at: string): string => `${at.replaceAll(/[^a-z0-9]/gi, '-')}.ts`

let origin: Awaited<ReturnType<typeof startExampleOrigin>>
let folder: string

beforeAll(async () => {
  origin = await startExampleOrigin()
  folder = mkdtempSync(join(tmpdir(), 'penstock-docs-'))
  for (const image of globSync('examples/**/*.{png,jpg}', { cwd: root }))
    cpSync(join(root, image), join(folder, basename(image)))
  mkdirSync(written, { recursive: true })
  for (const { at, code } of checked) {
    writeFileSync(join(written, file(at)), code.replaceAll('https://api.example.com', origin.url))
  }
  const tsconfig = {
    extends: '../../tsconfig.json',
    compilerOptions: { incremental: false, rootDir: root },
    include: ['*.ts'],
    exclude: [],
  }
  writeFileSync(join(written, 'tsconfig.json'), JSON.stringify(tsconfig))
})

afterAll(async () => {
  rmSync(written, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
  await origin.close()
})

/** Runs a module to its end in a Node of its own; resolves with what it had to complain of. */
const complaintsOf = async (path: string): Promise<string> => {
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder }
  for (const name of ['BAIDU_API_KEY', 'BAIDU_SECRET_KEY'] as const) delete env[name]
  const options = { cwd: folder, timeout: 60_000, env }
  try {
    await run(process.execPath, ['--conditions=source', path], options)
    return ''
  } catch (error) {
    const { killed, stderr } = error as { killed: boolean; stderr: string }
    return killed ? 'still running after a minute: something is left open' : stderr
  }
}

it('type-checks every ts block of the pages and of @example', { timeout: 60_000 }, async () => {
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout } = await run(tsc, ['-p', written, '--pretty', 'false']).catch((error: { stdout: string }) => error)
  const places = new Map(checked.map(({ at }) => [file(at), at]))
  const errors = stdout.split('\n').flatMap((line) => {
    const [, name = '', inside = '', message = ''] = /^(?:.*\/)?([^/(]+)\((\d+),\d+\): (.*)$/.exec(line) ?? []
    const [path, first] = places.get(name)?.split(':') ?? []
    if (path) return [`${path}:${Number(first) + Number(inside) - 1} ${message}`]
    // the sources themselves are another check's; what is left says that tsc could not begin
    return line === '' || /^[ .]|^packages\//.test(line) ? [] : [line]
  })

  expect(errors).toEqual([])
})

// each is a process of its own, beside the workers that run the other tests on as many cores as there are
vi.setConfig({ maxConcurrency: Math.ceil(availableParallelism() / 2) })

describe('runs', { concurrent: true, timeout: 70_000 }, () => {
  it.each(running)('$at', async ({ at }) => {
    expect(await complaintsOf(join(written, file(at)))).toBe('')
  })

  it.each(globSync('examples/*.ts', { cwd: root }))('%s', async (example) => {
    expect(await complaintsOf(join(root, example))).toBe('')
  })
})

it('knows every npm script that the pages name', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const named = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, script, short]) => ({
      path,
      script: script ?? short ?? '',
    })),
  )

  expect(named.filter(({ script }) => !(script in scripts))).toEqual([])
})

describe('the reader of documents', () => {
  it('finds the blocks of a page, their language and their line', () => {
    const text = 'a\n```ts\nconst b = 1\n```\n- c\n  ```sh\n  npm start\n  ```\n'

    expect(markdownBlocks({ path: 'a.md', text })).toEqual([
      { at: 'a.md:3', language: 'ts', code: 'const b = 1\n' },
      { at: 'a.md:7', language: 'sh', code: 'npm start\n' },
    ])
  })

  it('finds the blocks under @example, and none outside', () => {
    const fenced = (code: string): string => ` * \`\`\`ts\n * ${code}\n * \`\`\`\n`
    const text = `/**\n * Why.\n${fenced('before()')} * @example\n${fenced('after()')} */\n// \`\`\`ts\n`

    expect(exampleBlocks({ path: 'a.ts', text })).toEqual([{ at: 'a.ts:8', language: 'ts', code: 'after()\n' }])
  })
})
