import type { QueryOutput } from '../../contract/queries.ts'
import type { RunRecord, StudyRecord } from '../../contract/records.ts'
import type { StudyConfig } from '../../contract/study-config.ts'
import * as decorrelation from '../../methods/channel-decorrelation/test/made-runs.ts'
import { buildReport as decorrelationReport } from '../../methods/channel-decorrelation/build-report.ts'
import * as distillation from '../../methods/feature-distillation/test/made-runs.ts'
import { buildReport as distillationReport } from '../../methods/feature-distillation/build-report.ts'
import * as quantization from '../../methods/gradient-quantization/test/made-runs.ts'
import { buildReport as quantizationReport } from '../../methods/gradient-quantization/build-report.ts'
import * as lossGap from '../../methods/loss-gap-batch/test/made-runs.ts'
import { buildReport as lossGapReport } from '../../methods/loss-gap-batch/build-report.ts'
import type { StudiedRun } from '../../methods/study.ts'
import type { StudyToReport } from '../study-document.ts'
import { madeConfig as sweepConfig, madeEnvironment, madeReport, madeRuns } from './made-study.ts'

const AT = Date.UTC(2026, 0, 12, 7)
const seeds = [1, 2, 3]

/** A finished study of each method, small and made up, by its name. `name` is what the studies are called. */
export function madeStudies(name = 'Made'): Readonly<Record<StudyConfig['method'], StudyToReport>> {
  const sweep = sweepConfig({}, name)
  const gap = lossGap.madeConfig({ arms: ['fixed-small', 'controller'] }, { name })
  const gapRuns = seeds.flatMap((seed) => [lossGap.madeRun(gap, { arm: 'fixed-small', seed, accuracy: 0.8 + seed / 1000 }), lossGap.madeRun(gap, { arm: 'controller', seed, steps: 200 + seed, accuracy: 0.801 + seed / 900 })])
  const sent = quantization.madeConfig({ arms: ['dense', 'fitted-laplace', 'random-k'], seeds: 3 }, { name })
  const sentRuns = seeds.flatMap((seed) => [
    quantization.madeRun(sent, { arm: 'dense', seed, accuracy: 0.9 + seed / 1000, bytesUp: 40_000 }),
    quantization.madeRun(sent, { arm: 'fitted-laplace', seed, accuracy: 0.899 + seed / 900, bytesUp: 800 }),
    quantization.madeRun(sent, { arm: 'random-k', seed, accuracy: 0.7 + seed / 100, bytesUp: 800 }),
  ])
  const small = distillation.madeConfig({ seeds: 3 }, { name })
  const smallRuns = seeds.flatMap((seed) => [
    distillation.madeRun(small, { way: 'whole', seed, accuracy: 0.9 }),
    ...[1, 2].flatMap((depth) => (['alone', 'deep-supervision', 'distilled'] as const).map((way, place) => distillation.madeRun(small, { way, depth, seed, accuracy: 0.75 + depth / 20 + place / 50 + seed / 1000 }))),
  ])
  const few = decorrelation.madeConfig({ ways: ['supervised', '3b'], seeds: 3 }, { name })
  const fewRuns = seeds.flatMap((seed) => [0.05, 1].flatMap((fraction) => (['supervised', '3b'] as const).map((way) => decorrelation.madeRun(few, { way, fraction, seed, accuracy: 0.7 + fraction / 10 + (way === '3b' ? 0.02 + seed / 1000 : 0), meanCorrelation: way === '3b' ? 0.1 : 0.3 }))))
  return {
    'critical-batch-size': toReport(sweep, madeRuns(sweep), madeReport(sweep)),
    'loss-gap-batch': toReport(gap, gapRuns, lossGapReport(gap, gapRuns, lossGap.facts)),
    'gradient-quantization': toReport(sent, sentRuns, quantizationReport(sent, sentRuns)),
    'feature-distillation': toReport(small, smallRuns, distillationReport(small, smallRuns, distillation.facts)),
    'channel-decorrelation': toReport(few, fewRuns, decorrelationReport(few, fewRuns, decorrelation.facts)),
  }
}

function toReport(config: StudyConfig, runs: readonly StudiedRun[], report: QueryOutput<'study.report'>): StudyToReport {
  const study: StudyRecord = { id: 'study-000001', name: config.name, status: 'finished', config, configHash: 'c0ffee', createdAt: AT, startedAt: AT, finishedAt: AT + 60_000, error: null }
  return { study, runs: runs.map((run) => recordOf(run, study.id)), report: { ...report, studyId: study.id }, dataHash: 'feed' }
}

function recordOf({ id, key, config, status, steps, examples, wallMs, functionEvaluations, censored }: StudiedRun, studyId: string): RunRecord {
  return { id, studyId, key, name: '', status, config, configHash: 'decade', environment: madeEnvironment, createdAt: AT, startedAt: AT, finishedAt: AT, steps, examples, wallMs, functionEvaluations, censored, error: null }
}
