/** The names that outsiders write: a change here is a change for them. `npm run public-names` writes the list anew. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { entryPoints, listing, namesOf } from './support/public-names.ts'

it('hands out the names in public-names.txt, and no others', () => {
  expect(listing(entryPoints())).toBe(readFileSync(join(import.meta.dirname, 'public-names.txt'), 'utf8'))
})

describe.each(entryPoints())('$specifier', ({ specifier, values }) => {
  it('has at run time what it says in its source', async () => {
    expect(Object.keys(await import(specifier)).toSorted()).toEqual(values)
  })
})

it('tells values from types in every way of exporting them', () => {
  const text = `
    export { a, type B, c as d } from './a.ts'
    export type { E } from './e.ts'
    export interface F {}
    export type G = 1
    export const h = 1, i = 2
    export function j() {}
    export class K {}
    const inner = 1`

  expect(namesOf({ path: 'a.ts', text })).toEqual({
    values: ['K', 'a', 'd', 'h', 'i', 'j'],
    types: ['B', 'E', 'F', 'G'],
  })
})
