/** Writes the recordings of the README anew, after what they show has changed. */
import { writeFileSync } from 'node:fs'
import { page, recordedPage } from '../test/support/recordings.ts'

writeFileSync(page, await recordedPage())
