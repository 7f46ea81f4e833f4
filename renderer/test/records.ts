import type { RunRecord, StudyRecord } from '../../main/contract/records.ts'
import { runConfig } from '../../main/contract/run-config.ts'
import { studyConfig } from '../../main/contract/study-config.ts'
import type { CriticalBatchSizeReport } from '../../main/methods/critical-batch-size/report.ts'

/** A run as it stands in the log, for tests. */
export function runRecord(change: Partial<RunRecord> & { batchSize?: number; seed?: number } = {}): RunRecord {
  const { batchSize = 64, seed = 1, ...rest } = change
  return {
    id: `run-${batchSize}-${seed}`,
    studyId: 'study-1',
    key: `b=${batchSize} seed=${seed}`,
    name: '',
    status: 'finished',
    config: runConfig.parse({ batchSize, seed }),
    configHash: 'c',
    environment: null,
    createdAt: 1000,
    startedAt: 2000,
    finishedAt: 3000,
    steps: 100,
    examples: 100 * batchSize,
    wallMs: 1000,
    functionEvaluations: 0,
    censored: false,
    error: null,
    ...rest,
  }
}

export function studyRecord(change: Partial<StudyRecord> = {}): StudyRecord {
  return { id: 'study-1', name: 'First', status: 'running', config: studyConfig.parse({ method: 'critical-batch-size' }), configHash: 'c', createdAt: 1000, startedAt: 1000, finishedAt: null, error: null, ...change }
}

/** What a study says before it can say anything. */
export function pendingReport(change: Partial<CriticalBatchSizeReport> = {}): CriticalBatchSizeReport {
  return {
    method: 'critical-batch-size',
    studyId: 'study-1',
    target: { criterion: 'train-loss', value: 0.3 },
    points: [],
    batches: [],
    criticalBatchSize: { estimate: null, low: null, high: null, verdict: 'pending', reason: 'The sweep has not got there.', intervalMethod: null },
    asymptote: null,
    efficientRange: null,
    timeOptimalBatchSize: null,
    fits: [],
    preferredLaw: null,
    linearised: null,
    noiseScale: null,
    saving: null,
    gate: { stage: 'small', status: 'sweeping', reasons: [], details: [] },
    spent: { examples: 0, hours: 0, money: 0 },
    warnings: [],
    ...change,
  }
}
