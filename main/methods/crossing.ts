import type { MetricKey } from '../contract/metrics.ts'
import type { Criterion, Target } from '../contract/run-config.ts'
import type { Evaluation } from './study.ts'

/** Where each criterion is read in the log. */
export const criterionMetric = {
  'gradient-mean': 'gradient/squared-norm-mean',
  'gradient-last': 'gradient/squared-norm',
  'gradient-min': 'gradient/squared-norm-min',
  'train-loss': 'train/loss',
  'validation-loss': 'validation/loss',
  'validation-accuracy': 'validation/accuracy',
} as const satisfies Record<Criterion, MetricKey>

/** Whether a run measured in this criterion needs the full training gradient at each evaluation. */
export function needsFullGradient(criterion: Criterion): boolean {
  return criterion.startsWith('gradient-')
}

/** How a run stands to a target. */
export type Crossing =
  | {
      readonly kind: 'crossed'
      /** K, between two evaluations by interpolation. */
      readonly steps: number
      readonly examples: number
      /** Training time, in ms: evaluations excluded where the log has the time of a step. */
      readonly wallMs: number
    }
  | { readonly kind: 'not-crossed' }
  /** The very first evaluation, before any step, meets the target: there is nothing to measure. */
  | { readonly kind: 'met-before-training' }
  /** The run did not log what the target is measured in, so it says nothing about it. */
  | { readonly kind: 'not-logged' }

/**
 * Finds where a logged curve first meets a target, whichever target the run was trained for.
 *
 * Between the last evaluation above the target and the first one at it, the criterion is taken to move along a straight line
 * in the steps: of its logarithm where both values are positive (losses and squared gradients decay by factors), of the
 * value itself otherwise. An accuracy is read as its error, 1 − accuracy.
 *
 * @example Loss 0.4 at step 100 and 0.1 at step 200 meets 0.2 at step 150.
 */
export function crossing(evaluations: readonly Evaluation[], target: Target): Crossing {
  const key = criterionMetric[target.criterion]
  const isAccuracy = target.criterion === 'validation-accuracy'
  const limit = isAccuracy ? 1 - target.value : target.value
  const curve = evaluations.flatMap((evaluation) => {
    const value = evaluation.values[key]
    return value === undefined || Number.isNaN(value) ? [] : [{ evaluation, value: isAccuracy ? 1 - value : value }]
  })
  if (curve.length === 0) return { kind: evaluations.length === 0 ? 'not-crossed' : 'not-logged' }
  // An accuracy of 0.9 makes an error of 0.09999999999999998: without the slack 0.9 would not meet 0.9, or 0.1 a limit of 0.1.
  const index = curve.findIndex(({ value }) => value <= limit + 1e-12 * Math.abs(limit))
  if (index < 0) return { kind: 'not-crossed' }
  const after = curve[index]!
  if (after.evaluation.step === 0) return { kind: 'met-before-training' }
  const before = curve[index - 1]
  const share = before === undefined ? 1 : shareOfWay(before.value, after.value, limit)
  const from = before?.evaluation ?? after.evaluation
  return {
    kind: 'crossed',
    steps: between(from.step, after.evaluation.step, share),
    examples: between(from.examples, after.evaluation.examples, share),
    wallMs: trainingMs(evaluations, from, after.evaluation, share),
  }
}

/** How far along from `before` to `after` the limit lies, 0 to 1. */
function shareOfWay(before: number, after: number, limit: number): number {
  const scale = before > 0 && after > 0 && limit > 0 ? Math.log : (value: number) => value
  const way = scale(before) - scale(after)
  return Number.isFinite(way) && way > 0 ? Math.min(Math.max((scale(before) - scale(limit)) / way, 0), 1) : 1
}

function between(from: number, to: number, share: number): number {
  return from + share * (to - from)
}

/** Training time up to the last evaluation, in ms, counted as that of a crossing is. Null before the first. */
export function trainedMs(evaluations: readonly Evaluation[]): number | null {
  const last = evaluations.at(-1)
  return last === undefined ? null : trainingMs(evaluations, last, last, 1)
}

function trainingMs(evaluations: readonly Evaluation[], from: Evaluation, to: Evaluation, share: number): number {
  const steps = between(from.step, to.step, share)
  let ms = 0
  let last = 0
  for (const evaluation of evaluations) {
    if (last >= steps) break
    const stepMs = evaluation.values['time/step']
    if (evaluation.step > 0 && stepMs === undefined) return between(from.wallMs, to.wallMs, share)
    ms += (Math.min(evaluation.step, steps) - last) * (stepMs ?? 0)
    last = evaluation.step
  }
  return ms
}
