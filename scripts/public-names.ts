/** Writes test/public-names.txt anew, after a name was added on purpose. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryPoints, listing } from '../test/support/public-names.ts'

writeFileSync(join(import.meta.dirname, '../test/public-names.txt'), listing(entryPoints()))
