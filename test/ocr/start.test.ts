/** What `npm start` runs, as it is run. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { page, timeless } from '../support/recordings.ts'
import { editDistance } from '../support/edit-distance.ts'

const root = join(import.meta.dirname, '../..')
const drawn = (name: string) => readFileSync(join(root, `examples/images/${name}.txt`), 'utf8').trim()
/** The indented lines after a title, without the confidence behind each. */
const shown = (out: string, name: string) =>
  [...(out.split(`\n${name}.png`)[1] ?? '').split('\n\n')[0]!.matchAll(/^ {2}(.*?) {2}[\d.]+$/gm)].map(
    ([, line]) => line!,
  )

/** Lines of the README's recording that did not come, in their order. */
function missing(out: string): string[] {
  const [, recording = ''] = /## What `npm start` shows\n\n```text\n([^]*?)\n```/.exec(readFileSync(page, 'utf8')) ?? []
  const story = timeless(out)
  let at = 0
  return recording.split('\n').filter((line) => {
    const found = story.indexOf(timeless(line), at)
    // whether a retry has to wait for a turn as well is by chance
    if (line === '  …' || /rateLimit +waits about/.test(line)) return false
    if (found !== -1) at = found + timeless(line).length
    return found === -1
  })
}

it(
  'reads both images through faults that it names, counts the same on both sides, and says what the README shows',
  // where the machine stands still, another story may come of it
  { timeout: 120_000, retry: 1 },
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', 'examples/start.ts'], {
      cwd: root,
    })

    expect(shown(stdout, 'invoice-en')).toEqual(drawn('invoice-en').split('\n'))
    const chinese = drawn('invoice-zh').replace(/\s/g, '')
    expect(chinese.length).toBeGreaterThanOrEqual(80)
    expect(
      1 - editDistance(chinese, shown(stdout, 'invoice-zh').join('').replace(/\s/g, '')) / chinese.length,
    ).toBeGreaterThanOrEqual(0.95)
    expect(stdout).toMatch(
      /^requestLog → deadline\(3 min\) → cache.* → dedupe.* → retry\(3, 1 s–10 s\) → circuitBreaker.* → token → rateLimit.* → timeout\(60 s\) → status → reject → tls.* → direct → got$/m,
    )
    expect(stdout).toMatch(
      /CONNECTION_RESET in phase wait[^]*the server says 18 QPS_LIMIT[^]*the server says 111 TOKEN_EXPIRED[^]*was refused: drops it/,
    )
    expect(stdout).toMatch(/↳ +baidu\.token: ok after 1 attempt/)
    expect(stdout).toMatch(/requests in the ledgers: (\d+), requests the emulator saw: \1 ✓/)
    expect(stdout).not.toContain('\u001b')
    expect(missing(stdout)).toEqual([])
  },
)
