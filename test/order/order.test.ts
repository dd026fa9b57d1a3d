import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const fixtures = join(import.meta.dirname, 'fixtures')
const sentences: Readonly<Record<string, string>> = {
  'retry-inside-token': "'retry' (repeat) must stand before 'token' (identify): move it up",
  'limiter-outside-token': "'token' (identify) must stand before 'rateLimit' (pace): move it up",
  'deadline-inside-retry': "'deadline' (bound) must stand before 'retry' (repeat): move it up",
  'retry-without-verdicts':
    "'retry' acts on verdicts and no layer inside it gives them: put status() or reject() after it",
  'breaker-without-verdicts':
    "'circuitBreaker' acts on verdicts and no layer inside it gives them: put status() or reject() after it",
  'signature-without-credential': "'signature' needs 'credential', which no layer before it gives",
  'two-of-one-name': "'timeout' is in this stack already: remove one, or give it another name",
  'with-nobody': "no layer of this stack is called 'timeout': insert() adds one",
  'takes-verdicts-out': "'retry' acts on verdicts and no layer inside it gives them: put status() or reject() after it",
  'insert-inside': "'deadline' (bound) must stand before 'retry' (repeat): move it up",
  'default-stack-with-one-more': "'again' (repeat) must stand before 'direct' (wire): move it up",
}

const tsc = join(import.meta.dirname, '../../node_modules/@typescript/native/bin/tsc')
/** One compiler for all fixtures of a folder, as its user's would print: nothing shortened is put right here. */
const compile = (folder: string, ...options: readonly string[]) =>
  spawnSync(process.execPath, [tsc, '-p', join(import.meta.dirname, folder), '--pretty', 'false', ...options], {
    encoding: 'utf8',
  }).stdout
const compiled = compile('fixtures')
/** The errors of one fixture, each with the lines that belong to it. */
const errorsOf = (name: string) => compiled.split(/\n(?=\S)/).filter((error) => error.includes(`${name}.ts(`))
/** What an error says last: the sentence that the element is held against. */
const sentenceIn = (error: string) => /is not assignable to (?:parameter of )?type '"([^"]*)"'\.\s*$/.exec(error)?.[1]

describe('a stack in the wrong order', () => {
  it.each(Object.entries(sentences))('%s: one compile error, which says what to move', (name, sentence) => {
    expect(errorsOf(name).map(sentenceIn)).toEqual([sentence])
  })

  it.each(Object.entries(sentences))('%s: the same sentence at run time', async (name, sentence) => {
    await expect(import(join(fixtures, `${name}.ts`))).rejects.toMatchObject({ code: 'STACK_ORDER', message: sentence })
  })

  it('has a fixture for each sentence, and none besides but what is right', () => {
    const names = globSync('*.ts', { cwd: fixtures })
      .map((file) => basename(file, '.ts'))
      .toSorted()
    expect(names).toEqual([...Object.keys(sentences), 'parts', 'well-ordered'].toSorted())
  })
})

it('lets a right order pass, at compile time and at run time', async () => {
  expect(errorsOf('well-ordered')).toEqual([])
  await import(join(fixtures, 'well-ordered.ts'))
})

it('says in one line what is wrong with the options of one call', () => {
  const said = compile('fixtures/overrides')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^.*misspelt\.ts\(/, '(').replace(/in type '\{.*?\}'/, "in type '{…}'"))
  expect(said).toEqual([
    "(10,27): error TS2561: Object literal may only specify known properties, but 'retyr' does not exist in type '{…}'. Did you mean to write 'retry'?",
    "(11,36): error TS2561: Object literal may only specify known properties, but 'tries' does not exist in type 'RetryPerCall'. Did you mean to write 'retries'?",
    "(12,27): error TS2322: Type '{}' is not assignable to type 'false'.",
  ])
})

it('checks forty layers in fewer than 150 000 instantiations, the libraries and the program included', () => {
  const said = compile('fixtures/forty', '--extendedDiagnostics')
  expect(said).not.toContain('error')
  expect(Number(/Instantiations: +(\d+)/.exec(said)?.[1])).toBeLessThan(150_000)
})
