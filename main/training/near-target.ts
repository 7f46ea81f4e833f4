import type { RunConfig } from '../contract/run-config.ts'
import { z } from '../contract/zod.ts'
import { isEvaluationDue, needsFullGradient } from './run-plan.ts'
import type { CoursePoint, RunPlan } from './run-plan.ts'
import type { RunState } from './run-state.ts'

/** Standard deviations between the target and where the evaluated loss is expected. */
const MARGIN = 4
/** Evaluations that tell how the evaluated loss lies to the batch losses; none is left out before. */
const FIRST = 8
/** What the mean and the deviation keep of the past from one evaluation to the next: they follow the last ten to twenty. */
const DECAY = 0.9
/** Points left out in a row: with the default interval one evaluation an epoch stays. */
const MOST_LEFT_OUT = 9
/** A batch that is all right may have a loss of 0, which has no logarithm. */
const LEAST_NATS = 1e-12

/** What a run knows of its loss between evaluations. Logarithms are of nats. */
export const lossWatch = z.object({
  /** What the statistics below are of, as JSON: a branch of the run with another batch size, rate or interval begins anew. */
  settings: z.string(),
  /** Since the last evaluation point, whether it was evaluated or not. */
  logSum: z.number(),
  steps: z.int(),
  /** Mean log batch loss of the last whole interval, and of the one before it; null before there are any. */
  last: z.number().nullable(),
  before: z.number().nullable(),
  /** How far the log evaluated loss lies below the larger of the two: running mean, sum of squared deviations, and the largest ever. */
  drop: z.object({ count: z.int(), weight: z.number(), mean: z.number(), squares: z.number(), largest: z.number() }),
  leftOut: z.int(),
})
export type LossWatch = z.output<typeof lossWatch>

/**
 * True for a run that leaves out evaluations while its loss is far from its target.
 *
 * Only where batch losses say what an evaluation would: a target in the training loss, a network that computes the same loss in training, no
 * abrupt change of the learning rate; and only where nothing else is measured at the evaluations.
 */
export function leavesOut(config: RunConfig): boolean {
  const { evaluation, target, batchPolicy, noiseScale, schedule, model } = config
  if (evaluation.when !== 'near-target' || target?.criterion !== 'train-loss') return false
  if (batchPolicy !== null || noiseScale.enabled || noiseScale.smoothnessIterations > 0 || needsFullGradient(config)) return false
  const isSameInTraining = !('dropout' in model && model.dropout > 0) && !('normalization' in model && model.normalization === 'batch')
  return isSameInTraining && schedule.kind !== 'step'
}

export interface WatchedRun {
  readonly config: RunConfig
  readonly plan: RunPlan
  readonly state: Pick<RunState, 'lossWatch'>
}

/**
 * True where a call ends at a point of the course that is to be evaluated; takes note of the call's losses.
 *
 * With m the mean of ln(batch loss) since the last point, and d = max(m, the m before) − ln(evaluated loss) at the points evaluated so far, a
 * point is left out where
 *
 *     m − mean(d) − 4·sd(d) > ln(target)   and   m − max(d) > ln(target)
 *
 * As d is the larger of the falls within an interval and from one to the next, this holds the loss above the target at this point and the
 * next one: the last evaluation above the target and the first one below it are then neighbours, as if every point had been evaluated. A
 * mean of logarithms stands for the losses, for one batch that explodes hardly moves it. Decided from what is logged alone, so a resumed run
 * decides the same.
 */
export function takesEvaluation({ config, plan, state }: WatchedRun, { losses, point }: { readonly losses: ArrayLike<number>; readonly point: CoursePoint }): boolean {
  const isPoint = isEvaluationDue(plan, point)
  if (!leavesOut(config) || config.target === null) return isPoint
  const watch = withLosses(watchOf(config, state), losses)
  if (!isPoint) {
    state.lossWatch = watch
    return false
  }
  const closed = { ...watch, logSum: 0, steps: 0, last: watch.logSum / watch.steps, before: watch.last }
  const isEvaluated = point.position >= plan.maxExamples || !isFar(closed, config.target.value)
  state.lossWatch = { ...closed, leftOut: isEvaluated ? 0 : closed.leftOut + 1 }
  return isEvaluated
}

/** Takes note of an evaluated training loss, in nats. */
export function noteEvaluated(state: Pick<RunState, 'lossWatch'>, loss: number | undefined): void {
  const { lossWatch: watch } = state
  if (watch === null || watch.last === null || loss === undefined) return
  const found = Math.max(watch.last, watch.before ?? watch.last) - logOf(loss)
  const { count, weight, mean, squares, largest } = watch.drop
  const weightNow = DECAY * weight + 1
  const meanNow = mean + (found - mean) / weightNow
  state.lossWatch = { ...watch, drop: { count: count + 1, weight: weightNow, mean: meanNow, squares: DECAY * squares + (found - mean) * (found - meanNow), largest: Math.max(largest, found) } }
}

/** True where neither this point nor the next one can be at the target, by all that was seen so far. */
function isFar({ last, leftOut, drop: { count, weight, mean, squares, largest } }: LossWatch, target: number): boolean {
  if (last === null || count < FIRST || leftOut >= MOST_LEFT_OUT) return false
  const deviation = Math.sqrt(((squares / weight) * count) / (count - 1))
  return last - Math.max(mean + MARGIN * deviation, largest) > Math.log(target)
}

function watchOf(config: RunConfig, { lossWatch: watch }: Pick<RunState, 'lossWatch'>): LossWatch {
  const { batchSize, optimizer, schedule, labelSmoothing, evaluation } = config
  const settings = JSON.stringify([batchSize, optimizer, schedule, labelSmoothing, evaluation.everyExamples, evaluation.trainExamples])
  if (watch?.settings === settings) return watch
  return { settings, logSum: 0, steps: 0, last: null, before: null, drop: { count: 0, weight: 0, mean: 0, squares: 0, largest: 0 }, leftOut: 0 }
}

function withLosses(watch: LossWatch, losses: ArrayLike<number>): LossWatch {
  let { logSum } = watch
  for (let i = 0; i < losses.length; i++) logSum += logOf(losses[i] ?? Number.NaN)
  return { ...watch, logSum, steps: watch.steps + losses.length }
}

function logOf(loss: number): number {
  return Math.log(Math.max(loss, LEAST_NATS))
}
