import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Closes a run with one plain line that any CI can read: `Tests: 211 passed, 0 failed, 0 skipped`.
 * Above it stands every skipped test with its reason, and every check that failed before the tests began
 * (`FAILED_CHECKS`, comma-separated, each counted as a failure). Where `CI` is set a skip fails the run.
 */
export default class CiReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    const passed = tests.filter((test) => test.result().state === 'passed')
    const checks = (process.env['FAILED_CHECKS'] ?? '').split(',').filter(Boolean)
    const broken = modules.filter((module) => module.errors().length > 0)
    const failed = tests.length - skipped.length - passed.length + broken.length + errors.length + checks.length

    for (const test of skipped)
      console.log(`Skipped: ${test.module.relativeModuleId} > ${test.fullName}${because(test)}`)
    for (const check of checks) console.log(`Failed check: ${check} (its output stands above the tests)`)
    if (skipped.length > 0 && process.env['CI']) {
      console.log('A skipped test fails the run where CI is set.')
      process.exitCode = 1
    }
    console.log(`Tests: ${passed.length} passed, ${failed} failed, ${skipped.length} skipped`)
  }
}

const because = (test: TestCase): string => {
  const result = test.result()
  return result?.state === 'skipped' && result.note ? `: ${result.note}` : ''
}
