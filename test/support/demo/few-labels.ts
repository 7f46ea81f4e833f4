import type { MetricSeries, RunRecord, StudyRecord } from '../../../main/contract/records.ts'
import { runKey } from '../../../main/methods/arm-runs.ts'
import { everyArm } from '../../../main/methods/channel-decorrelation/arms.ts'
import type { Arm } from '../../../main/methods/channel-decorrelation/arms.ts'
import { channelDecorrelationConfig } from '../../../main/methods/channel-decorrelation/config.ts'
import { channelDecorrelation } from '../../../main/methods/channel-decorrelation/index.ts'
import type { ChannelDecorrelationReport } from '../../../main/methods/channel-decorrelation/report.ts'
import { runConfigOf } from '../../../main/methods/channel-decorrelation/run-configs.ts'
import type { Evaluation, StudiedRun } from '../../../main/methods/study.ts'
import { normal } from './made-numbers.ts'

/** A made-up comparison on few labels, for looking at the window: numbers are drawn, the report is made of them as any is. */
const id = 'study-000014'
const createdAt = Date.now() - 3_000_000
const stepMs = 9
const config = channelDecorrelationConfig.parse({ method: 'channel-decorrelation', name: 'Fashion-MNIST on few labels', labels: { ways: ['supervised', '3a', '3b', '3c', 'decov'] } })
const { steps, batchSize } = config.labels
const evaluated = Array.from({ length: 7 }, (_, index) => index * 250)

const gains: Readonly<Record<string, number>> = { supervised: 0, '3a': 0.012, '3b': 0.016, '3c': 0.004, decov: 0.006 }
const shrinks: Readonly<Record<string, number>> = { decov: 0.62 }

function evaluationOf({ way, fraction }: Arm, seed: number, step: number): Evaluation {
  const rise = 1 - Math.exp(-step / 350)
  const few = -Math.log10(fraction) / 2
  const noise = (name: string) => normal(`${name} ${way} ${fraction} ${seed} ${step}`)
  const validation = 0.1 + (0.8 - 0.17 * few + (gains[way] ?? 0) * (few - 0.1) + 0.003 * noise('accuracy')) * rise
  const train = Math.min(1, 0.1 + (0.82 + 0.07 * few + 0.002 * noise('train')) * rise)
  const values = {
    'validation/accuracy': validation,
    'validation/loss': 2.3 - (1.95 - 0.5 * few) * rise,
    'train/accuracy': train,
    'train/batch-loss': 2.3 - 2 * rise + 0.05 * noise('batch'),
    'train/loss': 2.3 - 2.1 * rise,
    ...(step === steps ? { 'test/accuracy': validation - 0.004 } : {}),
    'decorrelation/mean-correlation': way === 'supervised' ? 0.24 + 0.01 * noise('rho') : 0.3 - 0.19 * rise + 0.01 * noise('rho'),
    'decorrelation/unlabelled-mean-correlation': way === 'supervised' ? 0.25 : 0.31 - 0.2 * rise,
    'decorrelation/effective-rank': way === 'supervised' ? 11 + 0.4 * noise('rank') : 9 + 12 * rise + 0.4 * noise('rank'),
    'decorrelation/dead-channels': way === '3c' && seed === 2 ? 3 : 0,
    'decorrelation/mean-deviation': 0.8 * Math.sqrt(shrinks[way] ?? 1) * (1 + 0.02 * noise('deviation')),
  }
  return { step, examples: step * batchSize, wallMs: step * stepMs * (way === 'supervised' ? 1 : 1.13), values }
}

const made = everyArm(config).flatMap((arm) => [1, 2, 3].map((seed) => ({ arm, seed, run: madeRun(arm, seed) })))
const report = channelDecorrelation.report(config, made.map(({ run }) => run), { trainExamples: 54_000, validationExamples: 6000, classes: 10 })

function madeRun(arm: Arm, seed: number): StudiedRun {
  return { id: `labels-${arm.id.replace(' labels=', '-')}-${seed}`, key: runKey({ arm: arm.id, seed }), config: runConfigOf({ config, arm, seed }), status: 'finished', steps, examples: steps * batchSize, wallMs: steps * stepMs, functionEvaluations: 0, censored: null, evaluations: evaluated.map((step) => evaluationOf(arm, seed, step)), error: null }
}
function runRecord({ run, seed }: (typeof made)[number]): RunRecord {
  return { id: run.id, studyId: id, key: run.key, name: '', status: 'finished', config: { ...run.config, seed }, configHash: 'c', environment: null, createdAt, startedAt: createdAt, finishedAt: createdAt + 9000, steps: run.steps, examples: run.examples, wallMs: run.wallMs, functionEvaluations: 0, censored: null, error: null }
}

export const demoFewLabels = {
  id,
  study: (): StudyRecord => ({ id, name: config.name, status: 'finished', config, configHash: 'd3m0', createdAt, startedAt: createdAt, finishedAt: createdAt + 900_000, error: null }),
  runs: (): RunRecord[] => made.map(runRecord),
  report: (): ChannelDecorrelationReport => ({ ...report, studyId: id }),
  progress: { runsDone: made.length, runsPlanned: made.length, examplesDone: made.length * steps * batchSize, examplesPlanned: made.length * steps * batchSize, secondsLeft: null },
  series: (runId: string, key: string): MetricSeries | null => {
    const at = (made.find(({ run }) => run.id === runId)?.run.evaluations ?? []).flatMap(({ step, examples, wallMs, values }) => (values[key] === undefined ? [] : [{ step, examples, wallMs, value: values[key] }]))
    if (at.length === 0) return null
    const mean = at.map(({ value }) => value)
    return { runId, key, step: at.map(({ step }) => step), examples: at.map(({ examples }) => examples), wallMs: at.map(({ wallMs }) => wallMs), mean, min: mean, max: mean, last: mean, count: mean.map(() => 1), total: mean.length }
  },
}
