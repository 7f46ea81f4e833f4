import { startVitest } from 'vitest/node'
import { SummaryReporter } from './support/summary-reporter.ts'

/** Runs every test: `npm test`, or `npm test -- FILTER…` for the files whose path contains a filter. */
const filters = process.argv.slice(2)
const vitest = await startVitest('test', filters, { run: true, watch: false, reporters: [['default', { summary: false }], new SummaryReporter()] })
await vitest.close()
process.exit(process.exitCode ?? 0)
