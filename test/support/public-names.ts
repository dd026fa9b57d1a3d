import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { packages } from './architecture.ts'
import { type Module, parse } from './modules.ts'

const root = join(import.meta.dirname, '../..')

/** A way into a package: how outsiders write it, and the names it hands out. */
export interface EntryPoint {
  readonly specifier: string
  readonly values: readonly string[]
  readonly types: readonly string[]
}

/** Every entry point that the package.json files of the packages declare, in their order. */
export const entryPoints = (): EntryPoint[] =>
  packages.flatMap((name) => {
    const folder = join(root, 'packages', name)
    const manifest: { exports: Record<string, { source?: string }> } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    return Object.entries(manifest.exports).flatMap(([key, { source }]) => {
      if (source === undefined) return []
      const path = join(folder, source)
      return { specifier: `@penstock/${name}${key.slice(1)}`, ...namesOf({ path, text: readFileSync(path, 'utf8') }) }
    })
  })

/** The names a module exports, told by its text alone: a re-exported type must say `type`, so nothing is resolved. */
export const namesOf = (module: Module): { values: string[]; types: string[] } => {
  const values = new Set<string>()
  const types = new Set<string>()
  for (const statement of parse(module).statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      for (const name of statement.exportClause.elements) {
        const isType = statement.isTypeOnly || name.isTypeOnly
        ;(isType ? types : values).add(name.name.text)
      }
    } else if (ts.isExportDeclaration(statement)) {
      throw new Error(`${module.path}: export * hides its names`)
    } else if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isExport)) {
      for (const name of declared(statement)) (isTypeDeclaration(statement) ? types : values).add(name)
    }
  }
  return { values: [...values].toSorted(), types: [...types].toSorted() }
}

const isExport = ({ kind }: ts.Modifier): boolean => kind === ts.SyntaxKind.ExportKeyword

const isTypeDeclaration = (node: ts.Node): boolean => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)

const declared = (statement: ts.Statement): string[] => {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText())
  const { name } = statement as ts.DeclarationStatement
  return name ? [name.text] : []
}

/** The committed list: an entry point a line, below it its names, values before types. */
export const listing = (entries: readonly EntryPoint[]): string =>
  entries
    .map(({ specifier, values, types }) =>
      [specifier, ...values.map((name) => `  ${name}`), ...types.map((name) => `  type ${name}`), ''].join('\n'),
    )
    .join('\n')
