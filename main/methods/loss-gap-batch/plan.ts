import type { StudyProgress } from '../../contract/records.ts'
import { armsProgress, planArms } from '../arm-runs.ts'
import type { DatasetFacts, PlannedRun, StudiedRun } from '../study.ts'
import { runConfigOf } from './arms.ts'
import type { LossGapBatchConfig } from './config.ts'

export function planComparison(config: LossGapBatchConfig, runs: readonly StudiedRun[], facts: DatasetFacts): PlannedRun[] {
  return planArms({ plan: config.comparison, runs, facts, configOf: (request) => runConfigOf(config, facts, request) })
}

export function comparisonProgress(config: LossGapBatchConfig, runs: readonly StudiedRun[], facts: DatasetFacts): StudyProgress {
  return armsProgress({ plan: config.comparison, runs, facts })
}
