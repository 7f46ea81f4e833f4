import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Says at the very end what was skipped and why, then `N passed, N failed, N skipped` as the last line.
 *
 * A file that could not be loaded counts as one failed test: it must never look like success.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const broken = modules.filter((module) => module.errors().length > 0).length
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    if (skipped.length > 0) process.stdout.write(`\nSkipped:\n${skipped.map((test) => `  ${test.fullName}: ${reason(test)}`).join('\n')}\n`)
    const failed = count('failed') + broken + unhandled.length
    process.stdout.write(`\n${count('passed')} passed, ${failed} failed, ${skipped.length} skipped\n`)
  }
}

function reason(test: TestCase): string {
  const result = test.result()
  return (result.state === 'skipped' ? result.note : undefined) ?? 'not given'
}
