import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type Chromium, startChromium } from './chromium.ts'

/** One for all tests of a file, and a folder for what it opens: both go with the file. */
export function sharedChromium() {
  const home = mkdtempSync(join(tmpdir(), 'opened-'))
  let chromium: Chromium
  beforeAll(async () => {
    chromium = await startChromium()
  }, 30_000)
  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]()
    rmSync(home, { recursive: true })
  })
  return { home, tab: () => chromium.tab() }
}
