import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfig } from '../contract/run-config.ts'
import { studyConfig } from '../contract/study-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { MetricRow } from '../contract/metrics.ts'

/** A workspace folder of its own for a test, removed when `using` ends. */
export function temporaryWorkspace(): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'loupe-log-'))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The plainest run, with a name. */
export function namedRun(name: string): RunConfig {
  return runConfig.parse({ name })
}

/** The plainest study, with a name. */
export function namedStudy(name: string): StudyConfig {
  return studyConfig.parse({ method: 'critical-batch-size', name })
}

/** One value of the batch loss, at 64 examples and half a millisecond a step. */
export function batchLoss(step: number, value: number): MetricRow {
  return { key: 'train/batch-loss', step, examples: step * 64, wallMs: step / 2, value }
}
