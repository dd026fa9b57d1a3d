import { defineConfig, mergeConfig } from 'vitest/config'
import config from './vitest.config.ts'

// Under mutation the types are not in question; tests of documents, packages and processes prove nothing of a line; and real
// sockets, and long series of calls on models, servers and Redis, would be waited for once a mutant.
export default mergeConfig(
  config,
  defineConfig({
    test: {
      typecheck: { enabled: false },
      exclude: [
        'test/*.test.ts',
        'test/{ocr,emulator,ecosystem,wire,regression,order}/**',
        'test/{core,middleware}/*{-cells,-model,-redis,simulat,-traps,conformance}*',
        'test/core/{lean-import,missing-peer,wire-proxy}.test.ts',
      ],
    },
  }),
)
