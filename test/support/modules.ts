import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/** A source file as the architecture test sees it: where it stands, relative to the root, and what it says. */
export interface Module {
  readonly path: string
  readonly text: string
}

/** One module asking for another. Types vanish when the program runs; values do not. */
export interface Import {
  readonly from: string
  readonly kind: 'type' | 'value'
}

const root = join(import.meta.dirname, '../..')

/** Every module that matches a pattern, in order of its path. */
export const modules = (pattern: string): Module[] =>
  globSync(pattern, { cwd: root })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

const parsed = new WeakMap<Module, ts.SourceFile>()

export const parse = (module: Module): ts.SourceFile => {
  const known = parsed.get(module)
  if (known) return known
  const tree = ts.createSourceFile(module.path, module.text, ts.ScriptTarget.Latest, true)
  parsed.set(module, tree)
  return tree
}

/** Visits every node below `node`, the outer before the inner. */
export const visit = (node: ts.Node, look: (node: ts.Node) => void): void =>
  ts.forEachChild(node, (child) => {
    look(child)
    visit(child, look)
  })

/** Every import, re-export, `import()` and `import('…')` type of a module, wherever it stands. */
export const importsOf = (module: Module): Import[] => {
  const found: Import[] = []
  const add = (from: ts.Node | undefined, isType: boolean): void => {
    if (from && ts.isStringLiteralLike(from)) found.push({ from: from.text, kind: isType ? 'type' : 'value' })
  }
  visit(parse(module), (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly || hasOnlyTypes(node.exportClause))
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
  })
  return found
}

const isTypeOnly = (clause: ts.ImportClause | undefined): boolean =>
  clause !== undefined &&
  (clause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
    (clause.name === undefined && hasOnlyTypes(clause.namedBindings)))

const hasOnlyTypes = (names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean =>
  names !== undefined &&
  (ts.isNamedImports(names) || ts.isNamedExports(names)) &&
  names.elements.length > 0 &&
  names.elements.every((name) => name.isTypeOnly)

/** The path that a relative import of `module` leads to. */
export const target = (module: Module, from: string): string => join(dirname(module.path), from)

export const isRelative = (from: string): boolean => from.startsWith('.')

export const lines = (module: Module): number => module.text.trimEnd().split('\n').length
