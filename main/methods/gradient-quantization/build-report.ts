import { spentOn } from '../run-outcome.ts'
import type { StudiedRun } from '../study.ts'
import { isOfDeltas } from './arms.ts'
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
    target: config.exchange.target,
    localSteps: config.exchange.target === 'weight-delta' || config.quantization.arms.some(isOfDeltas) ? config.exchange.localSteps : null,
    runs: read,
    arms,
    verdict: verdictOf({ config, runs: read, arms }),
    spent: spentOn(runs, config.quantization.hourlyRate),
    warnings: warningsOf({ config, runs: read, arms }),
  }
}
