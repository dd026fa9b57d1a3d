/** Writes docs/errors.md anew, after a code was added or its words were changed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorsPage } from '../test/support/errors-page.ts'

writeFileSync(join(import.meta.dirname, '../docs/errors.md'), errorsPage())
