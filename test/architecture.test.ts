/** The shape of the codebase: what may import what, how big things are, and what must stand beside what. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  actingDescriptors,
  busyIndexes,
  clockReaders,
  importCycles,
  leaningLayers,
  longerThan,
  medianLines,
  packages,
  unfinished,
  upwardImports,
  vagueNames,
} from './support/architecture.ts'
import { importsOf, type Module, modules } from './support/modules.ts'

const root = join(import.meta.dirname, '..')
const sources = (name: string): Module[] => modules(`packages/${name}/src/**/*.ts`)
const everything = packages.flatMap(sources)
const clocks = ['packages/core/src/clock.ts', 'packages/ocr/src/emulator/clock.ts']

describe.each(packages)('packages/%s', (name) => {
  it('imports only the packages below it, through their front door', () => {
    expect(upwardImports(sources(name))).toEqual([])
  })

  it('has no file over 300 lines', () => {
    expect(longerThan(300, sources(name))).toEqual([])
  })

  it('has files of 80 lines or fewer in the median', () => {
    expect(medianLines(sources(name))).toBeLessThanOrEqual(80)
  })

  it('has no circle of imports', () => {
    expect(importCycles(sources(name))).toEqual([])
  })

  it('has indexes that only hand on names, 60 lines of them at most', () => {
    const indexes = sources(name).filter(({ path }) => basename(path) === 'index.ts')

    expect([...busyIndexes(indexes), ...longerThan(60, indexes)]).toEqual([])
  })
})

describe('every source', () => {
  it('is named for what is in it', () => {
    expect(vagueNames(everything)).toEqual([])
  })

  it('asks its clock for the time', () => {
    expect(clockReaders(everything.filter(({ path }) => !clocks.includes(path)))).toEqual([])
  })

  it('is finished', () => {
    expect(unfinished([...everything, ...modules('{test,scripts,examples}/**/*.ts')])).toEqual([])
  })
})

describe('layers', () => {
  const layers = modules('packages/middleware/src/*.ts').filter(({ path }) => basename(path) !== 'index.ts')
  const readme = join(root, 'packages/middleware/README.md')
  const sections = existsSync(readme) ? readFileSync(readme, 'utf8').match(/(?<=^## ).+$/gm) : []

  it('do not lean on each other', () => {
    expect(leaningLayers(sources('middleware'))).toEqual([])
  })

  it.each(layers.map(({ path }) => basename(path, '.ts')))('%s has a test and a section in the README', (name) => {
    const camelCase = name.replace(/-./g, (dash) => dash.slice(1).toUpperCase())

    expect(existsSync(join(root, `test/middleware/${name}.test.ts`))).toBe(true)
    expect(sections).toContain(camelCase)
  })

  it('are at most 150 lines each', () => {
    expect(longerThan(150, layers)).toEqual([])
  })
})

describe('descriptors', () => {
  it('are data', () => {
    expect(actingDescriptors(modules('packages/ocr/src/vendors/*/*.ts'))).toEqual([])
  })
})

describe('documents', () => {
  const generated = ['docs/errors.md', 'docs/contracts.md', 'docs/fault-messages.md', 'docs/performance.md']
  const pages = modules('{*.md,docs/**/*.md,packages/*/README.md}')

  it('keep to their length', () => {
    expect([
      ...longerThan(
        80,
        pages.filter(({ path }) => path === 'CONTRIBUTING.md'),
      ),
      ...longerThan(
        40,
        pages.filter(({ path }) => path.startsWith('docs/decisions/')),
      ),
      ...longerThan(
        150,
        pages.filter(({ path }) => path.startsWith('docs/') && !generated.includes(path)),
      ),
    ]).toEqual([])
  })

  it('never call the command by a bare name that is another project’s', () => {
    expect(pages.filter(({ text }) => /\bnpx (--yes |-y )?penstock\b/.test(text)).map(({ path }) => path)).toEqual([])
  })
})

// The rules above would pass in silence if they saw nothing: here each is shown what it forbids.
describe('the rules themselves', () => {
  const module = (path: string, text = ''): Module => ({ path, text })

  it('see every form of import, and tell types from values', () => {
    const text = `
      import a from './a.ts'
      import type { B } from './b.ts'
      import { type C, type D } from './c.ts'
      import { type E, f } from './e.ts'
      import './g.ts'
      export { h } from './h.ts'
      export type { I } from './i.ts'
      export * from './j.ts'
      const k = () => import('./k.ts')
      let l: import('./l.ts').L
      // import m from './m.ts'
      const n = "import n from './n.ts'"`

    expect(importsOf(module('x.ts', text))).toEqual([
      { from: './a.ts', kind: 'value' },
      { from: './b.ts', kind: 'type' },
      { from: './c.ts', kind: 'type' },
      { from: './e.ts', kind: 'value' },
      { from: './g.ts', kind: 'value' },
      { from: './h.ts', kind: 'value' },
      { from: './i.ts', kind: 'type' },
      { from: './j.ts', kind: 'value' },
      { from: './k.ts', kind: 'value' },
      { from: './l.ts', kind: 'type' },
    ])
  })

  it.each([
    ['core', '@penstock/core'],
    ['core', '@penstock/middleware'],
    ['middleware', '@penstock/ocr/emulator'],
    ['middleware', '@penstock/core/src/call.ts'],
    ['ocr', '@penstock/core/dist/index.js'],
    ['middleware', '../../core/src/call.ts'],
  ])('refuse that %s imports %s', (name, from) => {
    const path = `packages/${name}/src/a.ts`
    expect(upwardImports([module(path, `import '${from}'`)])).toEqual([`${path} imports ${from}`])
  })

  it.each([
    ['core', 'got'],
    ['middleware', '@penstock/core'],
    ['ocr', '@penstock/core/got'],
    ['ocr', '@penstock/middleware/stores/disk'],
    ['core', './call.ts'],
  ])('allow that %s imports %s', (name, from) => {
    expect(upwardImports([module(`packages/${name}/src/a.ts`, `import '${from}'`)])).toEqual([])
  })

  it('refuse a layer that imports another, also from its folder', () => {
    const retry = module(
      'packages/middleware/src/retry.ts',
      `import './retry/delay.ts'; import './stores/memory.ts'; import './token.ts'`,
    )
    const delay = module('packages/middleware/src/retry/delay.ts', `import '../token/skew.ts'; import './jitter.ts'`)
    const token = module('packages/middleware/src/token.ts')

    expect(leaningLayers([retry, delay, token])).toEqual([
      'packages/middleware/src/retry.ts imports packages/middleware/src/token.ts',
      'packages/middleware/src/retry/delay.ts imports packages/middleware/src/token/skew.ts',
    ])
  })

  it('find a circle of values and let types refer to each other', () => {
    const b = module('b.ts', `import './c.ts'; import type { A } from './a.ts'`)

    expect(
      importCycles([
        module('a.ts', `import './b.ts'`),
        b,
        module('c.ts', `import './d.ts'`),
        module('d.ts', `import './b.ts'`),
      ]),
    ).toEqual(['b.ts → c.ts → d.ts → b.ts'])
  })

  it('measure in lines', () => {
    const of = (count: number): Module => module(`${count}.ts`, 'x\n'.repeat(count))

    expect(longerThan(3, [of(3), of(4)])).toEqual(['4.ts has 4 lines'])
    expect(medianLines([of(1), of(9), of(2)])).toBe(2)
  })

  it('refuse an index that does or hides something', () => {
    const text = `export { a } from './a.ts'\nexport * from './b.ts'\nexport const c = 1\nimport './d.ts'`

    expect(busyIndexes([module('index.ts', text), module('other.ts', text)])).toEqual([
      "index.ts: export * from './b.ts'",
      'index.ts: export const c = 1',
      "index.ts: import './d.ts'",
    ])
  })

  it('refuse vague names', () => {
    expect(
      vagueNames(
        ['src/utils.ts', 'src/retry-helper.ts', 'src/common/a.ts', 'src/retry.ts'].map((path) => module(path)),
      ),
    ).toEqual(['src/utils.ts', 'src/retry-helper.ts', 'src/common/a.ts'])
  })

  it('refuse a descriptor that does something', () => {
    const text = `
      import { readFileSync } from 'node:fs'
      export const good = { input: z.string().refine((text) => text.length > 1), sides: new Set([1]) }
      export const bad = { path: () => '/a' }
      function worse() {}
      const now = new Date()`

    expect(actingDescriptors([module('a.ts', text)])).toEqual([
      'a.ts: imports node:fs',
      "a.ts: () => '/a'",
      'a.ts: function worse() {}',
      'a.ts: new Date()',
    ])
  })

  it('refuse a hidden look at the clock', () => {
    expect(clockReaders([module('a.ts', 'new Date(); Date(); new Date(0)')])).toEqual([
      'a.ts: new Date()',
      'a.ts: Date()',
    ])
  })

  it('refuse unfinished work', () => {
    expect(unfinished([module('a.ts', `const a = 1\n// ${['TO', 'DO'].join('')}: b`)])).toEqual(['a.ts:2'])
  })
})
