import type { MetricSeries, RunRecord } from '../../../main/contract/records.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import type { CriticalBatchSizeConfig } from '../../../main/methods/critical-batch-size/config.ts'
import { hash, normal } from './made-numbers.ts'

/**
 * A made-up sweep that obeys a law of steps with noise, for looking at the window without training anything.
 * Nothing here is shipped or measured.
 */
export interface DemoStudy {
  readonly id: string
  readonly config: CriticalBatchSizeConfig
  readonly createdAt: number
  /** Seconds of pretended training, all lanes together, that have passed. */
  elapsed(): number
  status: 'running' | 'paused' | 'finished' | 'stopped'
}
export interface DemoRun {
  readonly id: string
  readonly batchSize: number
  readonly seed: number
  readonly startsAt: number
  readonly seconds: number
  /** Examples to the study's own target; infinite where the batch is too small ever to get there. */
  readonly examplesToTarget: number
  readonly steps: number
  readonly target: number
}

export const law = { steps: 380, bend: 190, asymptote: 9.5 }
const firstLoss = 2.3
const shape = 25
const power = 1.1
const giveUpSteps = 26_000
const secondsPerRun = 3

export function demoRuns(study: DemoStudy): DemoRun[] {
  const { batchSizes, maxSeeds } = study.config.sweep
  return Array.from({ length: maxSeeds }, (_, seedIndex) =>
    batchSizes.map((batchSize, index) => ({ batchSize, seed: seedIndex + 1, index: seedIndex * batchSizes.length + index })),
  )
    .flat()
    .map(({ batchSize, seed, index }) => {
      const factor = Math.exp(0.06 * normal(`${study.id} ${batchSize} ${seed}`))
      const reaches = batchSize > law.asymptote
      const k = reaches ? (factor * law.steps * (1 + law.bend / batchSize)) / (1 - law.asymptote / batchSize) : Number.POSITIVE_INFINITY
      return {
        id: `${study.id}-b${batchSize}-s${seed}`,
        batchSize,
        seed,
        startsAt: Math.floor(index / 2) * secondsPerRun,
        seconds: secondsPerRun,
        examplesToTarget: k * batchSize,
        target: study.config.sweep.target.value,
        steps: reaches ? Math.ceil(k * 1.03) : giveUpSteps,
      }
    })
}

export function stepMs(batchSize: number): number {
  return Math.max(0.62, 0.35 + 0.0046 * batchSize)
}

export function progressOf(study: DemoStudy, run: DemoRun): number {
  return Math.min(1, Math.max(0, (study.elapsed() - run.startsAt) / run.seconds))
}

export function runRecordOf(study: DemoStudy, run: DemoRun): RunRecord {
  const share = progressOf(study, run)
  const steps = Math.round(run.steps * share)
  const status = share >= 1 ? 'finished' : share <= 0 ? (study.status === 'stopped' ? 'stopped' : 'queued') : study.status === 'finished' ? 'finished' : study.status
  const { dataset, model, optimizer } = study.config.run
  return {
    id: run.id,
    studyId: study.id,
    key: `b=${run.batchSize} seed=${run.seed}`,
    name: '',
    status,
    config: runConfig.parse({ dataset, model, optimizer, batchSize: run.batchSize, seed: run.seed, target: study.config.sweep.target }),
    configHash: 'd3m0',
    environment: share > 0 ? { loupe: '0.1.0', tensorflow: '2.21.0', node: '24.21.0', platform: 'linux x64', device: 'CPU', threads: 2, jit: true, git: null } : null,
    createdAt: study.createdAt,
    startedAt: share > 0 ? study.createdAt + run.startsAt * 1000 : null,
    finishedAt: share >= 1 ? study.createdAt + (run.startsAt + run.seconds) * 1000 : null,
    steps,
    examples: steps * run.batchSize,
    wallMs: steps * stepMs(run.batchSize) * 1.15,
    functionEvaluations: 0,
    censored: share >= 1 ? !Number.isFinite(run.examplesToTarget) : null,
    error: null,
  }
}

function lossAt(run: DemoRun, examples: number): number {
  const reach = Number.isFinite(run.examplesToTarget) ? run.examplesToTarget : run.steps * run.batchSize * 6
  const lastLoss = lastLossOf(run)
  return lastLoss + (firstLoss - lastLoss) / (1 + shape * (examples / reach) ** power)
}

/** Such that the target is reached after `examplesToTarget`. */
function lastLossOf(run: DemoRun): number {
  return (run.target * (1 + shape) - firstLoss) / shape
}

/** Examples at which the loss first comes down to the value; null where it has not by then. */
export function crossing(run: DemoRun, value: number, share: number): number | null {
  const lastLoss = lastLossOf(run)
  if (!Number.isFinite(run.examplesToTarget) || value <= lastLoss) return null
  const examples = run.examplesToTarget * (((firstLoss - lastLoss) / (value - lastLoss) - 1) / shape) ** (1 / power)
  return examples <= run.steps * run.batchSize * share ? examples : null
}

export function seriesOf(study: DemoStudy, run: DemoRun, key: string, maxPoints: number): MetricSeries | null {
  const read = readings[key]
  const share = progressOf(study, run)
  if (!read || share <= 0) return null
  const isPerStep = key === 'train/batch-loss' || key === 'step/learning-rate'
  const total = isPerStep ? run.steps : 40
  const seen = Math.max(1, Math.floor(total * share))
  const buckets = Math.min(seen, maxPoints)
  const series: MetricSeries = { runId: run.id, key, step: [], examples: [], wallMs: [], min: [], max: [], mean: [], last: [], count: [], total: seen }
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * seen) / buckets)
    const to = Math.floor(((bucket + 1) * seen) / buckets)
    const step = Math.max(1, Math.round((to / total) * run.steps))
    const examples = step * run.batchSize
    const count = to - from
    const sd = isPerStep && key === 'train/batch-loss' ? 0.9 / Math.sqrt(run.batchSize) : 0
    const level = read(run, examples, hash(`${run.id} ${key} ${bucket}`))
    const mean = level + (sd * level ** 0.5 * normal(`${run.id}${bucket}`)) / Math.sqrt(count)
    const spread = count > 1 ? sd * level ** 0.5 * Math.sqrt(2 * Math.log(count)) : 0
    series.step.push(step)
    series.examples.push(examples)
    series.wallMs.push(step * stepMs(run.batchSize))
    series.mean.push(mean)
    series.min.push(Math.max(mean - spread, mean * 0.2))
    series.max.push(mean + spread)
    series.last.push(mean)
    series.count.push(count)
  }
  return series
}

const readings: Readonly<Record<string, (run: DemoRun, examples: number, noise: number) => number>> = {
  'train/batch-loss': (run, examples) => lossAt(run, examples),
  'train/loss': (run, examples) => lossAt(run, examples),
  'validation/loss': (run, examples) => lossAt(run, examples) + 0.05 + 0.02 * Math.log1p(examples / 60_000),
  'train/accuracy': (run, examples) => 0.985 - 0.33 * lossAt(run, examples),
  'validation/accuracy': (run, examples) => 0.96 - 0.32 * lossAt(run, examples),
  'noise/scale': (_run, examples, noise) => (40 + 160 * (1 - Math.exp(-examples / 90_000))) * (0.8 + 0.4 * noise),
  'noise/gradient-squared': (run, examples, noise) => 0.9 * lossAt(run, examples) ** 2 - 0.12 + 0.3 * (noise - 0.5),
  'noise/trace': (run, examples, noise) => 60 * lossAt(run, examples) * (0.9 + 0.2 * noise),
  'time/step': (run) => stepMs(run.batchSize),
  'step/learning-rate': () => 0.1,
}
export const demoKeys = Object.keys(readings)
