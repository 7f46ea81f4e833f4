import { environment } from '../../contract/records.ts'
import type { RunRecord, StudyRecord } from '../../contract/records.ts'
import { buildReport } from '../../methods/critical-batch-size/build-report.ts'
import { criticalBatchSizeConfig } from '../../methods/critical-batch-size/config.ts'
import type { CriticalBatchSizeConfig } from '../../methods/critical-batch-size/config.ts'
import type { CriticalBatchSizeReport } from '../../methods/critical-batch-size/report.ts'
import { simulateSweep } from '../../methods/critical-batch-size/test/simulated-sweep.ts'
import type { StudiedRun } from '../../methods/study.ts'
import type { ReportedStudy } from '../reported-study.ts'

export const madeEnvironment = environment.parse({ loupe: '0.1.0', tensorflow: '2.21.0', node: 'v24.0.0', platform: 'linux x64', device: '/device:CPU:0', threads: 1, jit: false, git: null })
export const madeFacts = { trainExamples: 10_000, validationExamples: 1000 } as const

export function madeConfig(sweep: object = {}, name = 'Made'): CriticalBatchSizeConfig {
  return criticalBatchSizeConfig.parse({
    method: 'critical-batch-size',
    name,
    sweep: { batchSizes: [128, 200, 400, 800], minSeeds: 2, maxSeeds: 2, estimateFirst: false, currentBatchSize: 800, bootstrap: 100, maxExamples: 2_000_000, ...sweep },
  })
}

/** The runs of a sweep whose N is smallest at 200 examples: 1/K = 0.001 − 0.1/b, two seeds one per cent apart. */
export function madeRuns(config: CriticalBatchSizeConfig): readonly StudiedRun[] {
  return simulateSweep(config, { facts: madeFacts, steps: (run) => (run.batchSize <= 100 ? Infinity : (1 / (0.001 - 0.1 / run.batchSize)) * (1 + 0.01 * (run.seed % 2))) })
}

export function madeReport(config = madeConfig()): CriticalBatchSizeReport {
  return buildReport(config, madeRuns(config), madeFacts)
}

export function madeStudy(options: { readonly config: CriticalBatchSizeConfig; readonly at: number }): ReportedStudy {
  const { config, at } = options
  const study: StudyRecord = { id: 'study-0001', name: config.name, status: 'finished', config, configHash: 'c0ffee', createdAt: at, startedAt: at, finishedAt: at, error: null }
  const runs = madeRuns(config).map((run): RunRecord => {
    const { id, key, config: runConfig, steps, examples, wallMs, functionEvaluations, censored } = run
    return { id, key, studyId: study.id, name: '', status: 'finished', config: runConfig, configHash: 'decade', environment: madeEnvironment, createdAt: at, startedAt: at, finishedAt: at, steps, examples, wallMs, functionEvaluations, censored, error: null }
  })
  return { study, runs, lastActiveAt: at, reading: { report: madeReport(config) } }
}
