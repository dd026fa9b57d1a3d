/** The rules of the house, each a question to a list of modules that answers with what breaks it. */
import { basename } from 'node:path'
import ts from 'typescript'
import { importsOf, isRelative, lines, type Module, parse, target, visit } from './modules.ts'

/** Lowest first: a package may import those before it. */
export const packages = ['core', 'middleware', 'ocr'] as const

const packageOf = (path: string): string => path.split('/')[1] ?? ''

/** Imports that go up, sideways out of their package, or past a package's front door into its files. */
export const upwardImports = (modules: readonly Module[]): string[] =>
  modules.flatMap((module) => {
    const own = packageOf(module.path)
    const below = packages.slice(0, packages.indexOf(own as (typeof packages)[number]))
    return importsOf(module)
      .map(({ from }) => from)
      .filter((from) => {
        if (isRelative(from)) return !target(module, from).startsWith(`packages/${own}/src/`)
        const [, name, inside = ''] = /^@penstock\/([^/]+)(\/.*)?$/.exec(from) ?? []
        return name !== undefined && (!below.some((lower) => lower === name) || /^\/(src|dist)\b|\.[jt]s$/.test(inside))
      })
      .map((from) => `${module.path} imports ${from}`)
  })

/** The name of the layer a module belongs to: its file's at the top of middleware, its folder's below. */
const layerOf = (path: string): string => (path.split('/')[3] ?? '').replace(/\.ts$/, '')

/**
 * Layers that lean on another layer, or on a loose file at the top. A layer may use a folder of its own name, and shared
 * folders that no layer is named for. The list of the default stack is there to import layers.
 */
export const leaningLayers = (modules: readonly Module[]): string[] => {
  const layers = modules
    .map(({ path }) => path.split('/'))
    .flatMap((parts) => (parts.length === 4 ? [layerOf(parts.join('/'))] : []))
  return modules
    .filter(({ path }) => !['index', 'default-stack'].includes(layerOf(path)))
    .flatMap((module) =>
      importsOf(module)
        .filter(({ from }) => isRelative(from))
        .map(({ from }) => target(module, from))
        .filter((path) => layerOf(path) !== layerOf(module.path) && layers.includes(layerOf(path)))
        .map((path) => `${module.path} imports ${path}`),
    )
}

export const longerThan = (limit: number, modules: readonly Module[]): string[] =>
  modules.filter((module) => lines(module) > limit).map((module) => `${module.path} has ${lines(module)} lines`)

export const medianLines = (modules: readonly Module[]): number =>
  modules.map(lines).toSorted((a, b) => a - b)[Math.floor((modules.length - 1) / 2)] ?? 0

/** Statements of an index file that do more than hand on names, and `export *`, which hides them. */
export const busyIndexes = (modules: readonly Module[]): string[] =>
  modules
    .filter(({ path }) => basename(path) === 'index.ts')
    .flatMap((module) =>
      parse(module)
        .statements.filter((statement) => !(ts.isExportDeclaration(statement) && statement.exportClause))
        .map((statement) => `${module.path}: ${statement.getText().split('\n')[0]}`),
    )

export const vagueNames = (modules: readonly Module[]): string[] =>
  modules
    .map(({ path }) => path)
    .filter((path) => /(^|[/.-])(utils?|helpers?|common|misc|shared|lib|impl|manager)([/.-]|$)/.test(path))

/** Loops of value imports, each told from its first module in the alphabet. Types may refer to each other. */
export const importCycles = (modules: readonly Module[]): string[] => {
  const edges = new Map(
    modules.map((module) => [
      module.path,
      importsOf(module)
        .filter(({ from, kind }) => kind === 'value' && isRelative(from))
        .map(({ from }) => target(module, from)),
    ]),
  )
  const cycles = new Set<string>()
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) cycles.add(fromFirst(trail.slice(start)))
    if (start >= 0 || done.has(path)) return
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return [...cycles]
}

const fromFirst = (loop: readonly string[]): string => {
  const first = loop.indexOf(loop.toSorted()[0] ?? '')
  return [...loop.slice(first), ...loop.slice(0, first), loop[first]].join(' → ')
}

/** What a descriptor does beyond being data: functions outside a schema, classes, waiting, the machine. */
export const actingDescriptors = (modules: readonly Module[]): string[] =>
  modules.flatMap((module) => {
    const acts: string[] = importsOf(module).flatMap(({ from }) =>
      from.startsWith('node:') ? [`imports ${from}`] : [],
    )
    visit(parse(module), (node) => {
      const isSchemaRule = (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && isWithinCall(node)
      if (
        ts.isClassLike(node) ||
        ts.isAwaitExpression(node) ||
        (ts.isNewExpression(node) && node.expression.getText() !== 'Set')
      ) {
        acts.push(firstLine(node))
      } else if (ts.isFunctionLike(node) && !ts.isTypeNode(node) && !isSchemaRule) acts.push(firstLine(node))
    })
    return acts.map((act) => `${module.path}: ${act}`)
  })

const isWithinCall = (node: ts.Node): boolean =>
  node.parent !== undefined && (ts.isCallExpression(node.parent) || isWithinCall(node.parent))

const firstLine = (node: ts.Node): string => node.getText().split('\n')[0] ?? ''

/** `new Date()` and `Date()` read the clock without naming `Date.now`, which the linter forbids. */
export const clockReaders = (modules: readonly Module[]): string[] =>
  modules.flatMap((module) => {
    const found: string[] = []
    visit(parse(module), (node) => {
      const isDate = (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'Date'
      if (isDate && !node.arguments?.length) found.push(`${module.path}: ${node.getText()}`)
    })
    return found
  })

/** Marks that say work was left. */
export const unfinished = (modules: readonly Module[]): string[] =>
  modules.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (/\b(TO[D]O|FIX[M]E)\b/.test(line) ? [`${path}:${index + 1}`] : [])),
  )
