import type { DatasetFacts } from '../study.ts'
import type { NoiseScaleConfig, RunConfig } from '../../contract/run-config.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import { needsFullGradient } from '../crossing.ts'

/** Epochs after which a run that has not reached the target is given up, where the config leaves it open. */
const DEFAULT_EPOCHS = 50

/** The cap on a run: examples after which it is censored. */
export function censoringCap(config: CriticalBatchSizeConfig, facts: DatasetFacts): number {
  return config.sweep.maxExamples ?? DEFAULT_EPOCHS * facts.trainExamples
}

/** What one run of the sweep is asked to do. */
export interface Request {
  readonly batchSize: number
  readonly seed: number
  /** Null where the rule leaves it to the optimizer. */
  readonly learningRate: number | null
  /** Whether this run also estimates the noise scale: the pilot does. */
  readonly estimatesNoise: boolean
}

/** The key of a run, unique in its study. */
export function runKey(request: Pick<Request, 'batchSize' | 'seed' | 'learningRate'>): string {
  const rate = request.learningRate === null ? '' : ` lr=${request.learningRate}`
  return `b=${request.batchSize} seed=${request.seed}${rate}`
}

/** The complete config of one run: what all share, with its own batch size, seed and learning rate. */
export function runConfigFor(config: CriticalBatchSizeConfig, facts: DatasetFacts, request: Request): RunConfig {
  const { run, sweep } = config
  const coupling = sweep.learningRateRule
  return {
    ...run,
    name: runKey(request),
    optimizer: request.learningRate !== null && run.optimizer.kind !== 'armijo' ? { ...run.optimizer, learningRate: request.learningRate } : run.optimizer,
    schedule: coupling === 'linear' || coupling === 'sqrt' ? { ...run.schedule, coupling, referenceBatchSize: sweep.referenceBatchSize } : run.schedule,
    evaluation: { ...run.evaluation, fullGradient: run.evaluation.fullGradient || needsFullGradient(sweep.target.criterion) },
    noiseScale: noiseScaleFor(config, facts, request),
    batchSize: request.batchSize,
    batchPolicy: null,
    exchange: null,
    distillation: null,
    decorrelation: null,
    seed: request.seed,
    maxExamples: censoringCap(config, facts),
    target: sweep.target,
  }
}

/** The learning rate at which a run trains before any schedule, coupling included; null for a line search, which has none. */
export function effectiveLearningRate(run: RunConfig): number | null {
  if (run.optimizer.kind === 'armijo') return null
  const power = { none: 0, sqrt: 0.5, linear: 1 }[run.schedule.coupling]
  return run.optimizer.learningRate * (run.batchSize / run.schedule.referenceBatchSize) ** power
}

/** Products of the power iteration for L in the pilot: enough for the first two digits. */
const SMOOTHNESS_ITERATIONS = 10

/**
 * What the pilot also measures: the noise scale and, where the bound can use it (plain SGD, a gradient criterion), the smoothness.
 *
 * Its probe must fit the data: on a small data set it takes fewer shards than written.
 */
function noiseScaleFor(config: CriticalBatchSizeConfig, facts: DatasetFacts, request: Request): NoiseScaleConfig {
  const { noiseScale: written, optimizer } = config.run
  if (!request.estimatesNoise) return written
  const usesBound = optimizer.kind === 'sgd' && needsFullGradient(config.sweep.target.criterion)
  return {
    ...written,
    enabled: true,
    shards: written.enabled ? written.shards : Math.min(written.shards, Math.floor(facts.trainExamples / written.smallBatch)),
    smoothnessIterations: usesBound && written.smoothnessIterations === 0 ? SMOOTHNESS_ITERATIONS : written.smoothnessIterations,
  }
}
