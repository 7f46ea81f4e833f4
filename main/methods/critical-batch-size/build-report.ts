import type { DatasetFacts, StudiedRun } from '../study.ts'
import { summaryOf } from './batches.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import { estimateOf } from './estimate.ts'
import { gateOf } from './gate.ts'
import { planSweep, sweepState } from './plan.ts'
import { readPoints } from './reading.ts'
import type { CriticalBatchSizeReport } from './report.ts'
import { savingOf, timeOptimalBatchSize } from './saving.ts'
import { warningsOf } from './warnings.ts'

const HOUR_MS = 3_600_000

/**
 * Everything that the sweep says so far.
 *
 * Pure in the config and the logged runs: another target or range of the fit in the config re-reads the same curves.
 */
export function buildReport(config: CriticalBatchSizeConfig, runs: readonly StudiedRun[], facts: DatasetFacts): CriticalBatchSizeReport {
  const { sweep } = config
  const state = sweepState(config, runs)
  const points = state.runs.map((read) => read.point).sort((one, other) => one.batchSize - other.batchSize || one.seed - other.seed || (one.learningRate ?? 0) - (other.learningRate ?? 0))
  const batches = state.batches.map((batch) => summaryOf(sweep, batch))
  const isComplete = isSweepComplete(config, runs, facts)
  const { preferred, ...reading } = readPoints({ ...sweep, points, batches, isComplete })
  const { estimate: measured } = reading.criticalBatchSize
  const estimate = estimateOf(config, runs, measured)
  const saving = savingOf({ currentBatchSize: sweep.currentBatchSize, estimate: measured, preferred, batches })
  const hours = runs.reduce((total, run) => total + run.wallMs, 0) / HOUR_MS
  return {
    method: 'critical-batch-size',
    studyId: null,
    target: sweep.target,
    points,
    batches,
    ...reading,
    timeOptimalBatchSize: timeOptimalBatchSize(batches),
    noiseScale: estimate?.noiseScale ?? null,
    saving,
    gate: gateOf({ sweep, runs: runs.length, ended: state.runs.filter((read) => read.hasEnded).length, isComplete, hours, criticalBatchSize: reading.criticalBatchSize, saving }),
    // Runs side by side share a machine, so this is the time of all runs together: at least what the machine was rented for.
    spent: { examples: runs.reduce((total, run) => total + run.examples, 0), hours, money: hours * sweep.hourlyRate },
    warnings: warningsOf({ config, facts, state, reading: { ...reading, preferred }, estimate }),
  }
}

/** True when every run that the sweep wants has ended. */
export function isSweepComplete(config: CriticalBatchSizeConfig, runs: readonly StudiedRun[], facts: DatasetFacts): boolean {
  const status = new Map(runs.map((run) => [run.key, run.status]))
  const plan = planSweep(config, runs, facts)
  return runs.length > 0 && plan.every(({ key }) => ['finished', 'failed', 'stopped'].includes(status.get(key) ?? 'queued'))
}
