import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * What lasts longest, by measurement. First what computes, in processes of its own, and has time; then what waits for a
 * server's silence or a lease to be over, and says how long that took.
 */
const slow = [
  'test/docs.test.ts',
  'test/ocr/cli.test.ts',
  'test/ocr/cli-report.test.ts',
  'test/ocr/cli-capture.test.ts',
  'test/core/canary-property.test.ts',
  'test/faults/canary-exits.test.ts',
  'test/emulator/reading.test.ts',
  'test/wire/capture-faults.test.ts',
  'test/faults/faults.test.ts',
  'test/faults/canaries.test.ts',
  'test/middleware/token-redis.test.ts',
  'test/middleware/quota-redis.test.ts',
  'test/middleware/rate-limit-processes.test.ts',
  'test/doctor/command.test.ts',
  'test/doctor/hostile-servers.test.ts',
  'test/wire/capture.test.ts',
]

/** What measures milliseconds: last, when the other workers have come to their end. */
const measuring = ['test/middleware/rate-limit-redis.test.ts', 'test/wire/waterfall.test.ts']

const gone = [...slow, ...measuring].filter((name) => !existsSync(join(import.meta.dirname, '..', name)))
if (gone.length > 0) throw new Error(`scripts/slow-first.ts names what is not there: ${gone.join(', ')}`)

const rank = ({ moduleId }: TestSpecification): number => {
  if (measuring.some((name) => moduleId.endsWith(name))) return slow.length + 1
  const at = slow.findIndex((name) => moduleId.endsWith(name))
  return at === -1 ? slow.length : at
}

/** Begins with the slowest files: one of them left for the end would be waited for by all other workers. */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- a sequencer's own
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}
