/** What the types behind a front door name: a stranger compiles without the libraries that he has not installed. */
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

const entryOf = (name: string) => join(root, `packages/${name}/src/index.ts`)

/** Every declaration that the build would write, by its path beside the source. */
function declarationsOf(entries: readonly string[]): ReadonlyMap<string, string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const written = new Map<string, string>()
  const program = ts.createProgram(entries, {
    ...options,
    composite: false,
    incremental: false,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    customConditions: ['source'],
  })
  program.emit(undefined, (path, text) => written.set(path, text), undefined, true)
  return written
}

const written = declarationsOf(['core', 'middleware'].map(entryOf))

/** The libraries that the declarations of an entry, and those they stand on, import. */
function librariesOf(entry: string): string[] {
  const libraries = new Set<string>()
  const seen = new Set<string>()
  const waiting = [entry.replace(/\.ts$/, '.d.ts')]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const { fileName } of ts.preProcessFile(written.get(path)!).importedFiles) {
      if (fileName.startsWith('.')) waiting.push(resolve(dirname(path), fileName.replace(/\.[jt]s$/, '.d.ts')))
      else libraries.add(fileName)
    }
  }
  return [...libraries].filter((name) => !name.startsWith('node:')).toSorted()
}

describe('the types of the front door', () => {
  it.each([
    ['core', []],
    ['middleware', ['@penstock/core']],
  ])('of %s name %j', (name, libraries) => {
    expect(librariesOf(entryOf(name))).toEqual(libraries)
  })
})
