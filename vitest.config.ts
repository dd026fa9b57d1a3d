import { defineConfig } from 'vitest/config'

export default defineConfig({
  // workspace packages resolve to their TypeScript sources: nothing is built before tests
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    restoreMocks: true,
    // real sockets and a real OCR engine, on a machine that may be busy
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: { enabled: true, tsconfig: 'test/tsconfig.json', include: ['test/**/*.test-d.ts'] },
  },
})
