import { defineConfig } from 'vitest/config'
import config from './vitest.config.ts'

// Under mutation the types are not in question, and only the tests of the part that is measured run: none with real sockets,
// and none with long series on models, servers and Redis, which would be waited for once a mutant.
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    typecheck: { enabled: false },
    include: process.env['MUTATE_TESTS']?.split(',') ?? [],
    exclude: [
      'test/{core,middleware}/*{-cells,-model,-redis,simulat,-traps,conformance}*',
      'test/core/{lean-import,missing-peer,wire-proxy}.test.ts',
    ],
  },
})
