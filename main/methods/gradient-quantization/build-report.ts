import { spentOn } from '../run-outcome.ts'
import type { StudiedRun } from '../study.ts'
import type { GradientQuantizationConfig } from './config.ts'
import { readRuns } from './read-runs.ts'
import type { GradientQuantizationReport } from './report.ts'
import { summariseArms } from './summarise-arms.ts'
import { verdictOf } from './verdict.ts'
import { warningsOf } from './warnings.ts'

/** Everything that the comparison says so far. */
export function buildReport(config: GradientQuantizationConfig, runs: readonly StudiedRun[]): GradientQuantizationReport {
  const read = readRuns(config, runs)
  const arms = summariseArms(config, read)
  return {
    method: 'gradient-quantization',
    studyId: null,
    workers: config.exchange.workers,
    ratio: config.compression.ratio,
    runs: read,
    arms,
    verdict: verdictOf({ config, runs: read, arms }),
    spent: spentOn(runs, config.quantization.hourlyRate),
    warnings: warningsOf({ config, runs: read, arms }),
  }
}
