import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import SlowFirst from './scripts/slow-first.ts'

export default defineConfig({
  // workspace packages resolve to their TypeScript sources: nothing is built before tests
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    // vitest would leave a core idle, though much of the time a test waits
    maxWorkers: availableParallelism(),
    sequence: { sequencer: SlowFirst },
    // the many processes that tests start compile the same sources
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    restoreMocks: true,
    // real sockets and a real OCR engine, on a machine that may be busy
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: { enabled: true, tsconfig: 'test/tsconfig.json', include: ['test/**/*.test-d.ts'] },
  },
})
