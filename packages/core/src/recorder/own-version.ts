import { readFileSync } from 'node:fs'

let found: string | undefined

/** Of this package; who bundles it into a file of their own has no other file to ask. */
export const ownVersion = (): string => (found ??= read())

function read(): string {
  try {
    return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
  } catch {
    return 'bundled'
  }
}
