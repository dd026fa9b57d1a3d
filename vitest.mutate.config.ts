import { defineConfig, mergeConfig } from 'vitest/config'
import config from './vitest.config.ts'

// Under mutation the types are not in question, and tests of documents, packages and processes prove nothing of a line.
export default mergeConfig(
  config,
  defineConfig({
    test: {
      typecheck: { enabled: false },
      exclude: ['test/*.test.ts', 'test/ocr/**', 'test/regression/**', 'test/order/**'],
    },
  }),
)
