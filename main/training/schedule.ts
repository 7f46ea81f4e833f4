import type { ScheduleConfig } from '../contract/optimizer-config.ts'

export interface LearningRateQuery {
  readonly schedule: ScheduleConfig
  /** As the optimiser's config writes it: the learning rate at the reference batch size, before any decay. */
  readonly learningRate: number
  readonly batchSize: number
  /** Examples seen. The loop asks for the middle of a step. */
  readonly examples: number
  /** Where the run ends: the length of a decay that names none. */
  readonly maxExamples: number
}

/**
 * The learning rate after so many examples.
 *
 * With x the examples after the warm-up, D the decay's length and φ its factor, the learning rate is η·m(b)·s(x):
 *
 *     coupling   m(b) = 1, b/b_ref or √(b/b_ref)
 *     warm-up    s = examples / warmupExamples
 *     constant   s = 1
 *     linear     s = 1 − (1 − φ)·x/D, φ from D on
 *     cosine     s = φ + (1 − φ)·(1 + cos(π·x/D))/2, φ from D on
 *     step       s = φ^⌊x/D⌋
 *
 * It is a function of examples, not of steps, so that all batch sizes of a sweep decay alike. The loop asks for the middle
 * of a step: then no step of a warm-up has the rate 0, and the mean rate over a stretch of examples is the same at every
 * batch size.
 *
 * @example A tenth of the way through a warm-up of 1000 examples, rate 0.1
 *     learningRateAt({ …, learningRate: 0.1, examples: 100 }) // 0.01
 */
export function learningRateAt({ schedule, learningRate, batchSize, examples, maxExamples }: LearningRateQuery): number {
  const coupled = learningRate * couplingFactor(schedule, batchSize)
  if (examples < schedule.warmupExamples) return coupled * (examples / schedule.warmupExamples)
  const seen = examples - schedule.warmupExamples
  const length = schedule.decayExamples ?? Math.max(1, maxExamples - schedule.warmupExamples)
  return coupled * decayFactor(schedule, seen / length)
}

function couplingFactor({ coupling, referenceBatchSize }: ScheduleConfig, batchSize: number): number {
  const ratio = batchSize / referenceBatchSize
  switch (coupling) {
    case 'none':
      return 1
    case 'linear':
      return ratio
    case 'sqrt':
      return Math.sqrt(ratio)
  }
}

/** @param progress  Examples after the warm-up over the decay's length. */
function decayFactor({ kind, decayFactor: end }: ScheduleConfig, progress: number): number {
  const share = Math.min(1, progress)
  switch (kind) {
    case 'constant':
      return 1
    case 'linear':
      return 1 - (1 - end) * share
    case 'cosine':
      return end + ((1 - end) * (1 + Math.cos(Math.PI * share))) / 2
    case 'step':
      return end ** Math.floor(progress)
  }
}
