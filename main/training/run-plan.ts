import type { BatchPolicyConfig } from '../contract/batch-policy-config.ts'
import { LoupeError } from '../contract/errors.ts'
import { evaluationInterval } from '../contract/run-config.ts'
import type { RunConfig, Target } from '../contract/run-config.ts'
import type { Dataset } from './datasets/dataset.ts'
import { checkDecorrelation } from './decorrelation/check-decorrelation.ts'
import { checkDistillation } from './distillation/check-distillation.ts'
import { checkExchange } from './exchange/check-exchange.ts'
import { checkBatchSize } from './sampler.ts'

/** A run's course in steps and examples: what is due when. A function of the configuration alone, so a resumed run keeps it. */
export interface RunPlan {
  readonly batchSize: number
  readonly trainExamples: number
  /** The last step is the first that sees this many examples. */
  readonly maxExamples: number
  readonly lastStep: number
  readonly evaluateEveryExamples: number
  readonly checkpointEveryExamples: number
}

const DEFAULT_EPOCHS = 10

/** Examples at which a run ends. */
export function courseLength({ maxExamples }: Pick<RunConfig, 'maxExamples'>, trainExamples: number): number {
  return maxExamples ?? DEFAULT_EPOCHS * trainExamples
}

export function planRun(config: RunConfig, trainExamples: number): RunPlan {
  const maxExamples = courseLength(config, trainExamples)
  return {
    batchSize: config.batchSize,
    trainExamples,
    maxExamples,
    lastStep: Math.ceil(maxExamples / config.batchSize),
    evaluateEveryExamples: evaluationInterval(config.evaluation, trainExamples),
    // A controller goes back to the ends of epochs.
    checkpointEveryExamples: config.batchPolicy === null ? (config.checkpointEveryExamples ?? trainExamples) : trainExamples,
  }
}

/** The plan as it stands from where the batch size is another. */
export function planAt(plan: RunPlan, batchSize: number): RunPlan {
  return batchSize === plan.batchSize ? plan : { ...plan, batchSize, lastStep: Math.ceil(plan.maxExamples / batchSize) }
}

/**
 * A place in a run's course, between two steps.
 *
 * A run whose batch size never changes is at `step · batchSize`.
 */
export interface CoursePoint {
  /** Examples since the beginning of the course. A rollback goes back in it. */
  readonly position: number
  /** Of the step that led here. */
  readonly batchSize: number
}

/** True before the first step, after each step that passes a multiple of the evaluation interval, and after the last. */
export function isEvaluationDue(plan: RunPlan, point: CoursePoint): boolean {
  return point.position === 0 || point.position >= plan.maxExamples || passes(point, plan.evaluateEveryExamples)
}

export function isCheckpointDue(plan: RunPlan, point: CoursePoint): boolean {
  return point.position > 0 && passes(point, plan.checkpointEveryExamples)
}

/** True where the step that follows begins with the first example of an epoch, or its predecessor took it along. */
export function beginsEpoch(plan: RunPlan, point: CoursePoint): boolean {
  return point.position === 0 || passes(point, plan.trainExamples)
}

/** Steps of a batch size that may go into one call from here: no call crosses an evaluation, a checkpoint or the end. */
export function callLength(plan: RunPlan, { position, batchSize, stepsPerCall }: CoursePoint & { readonly stepsPerCall: number }): number {
  const next = (every: number) => (Math.floor(position / every) + 1) * every
  const border = Math.min(plan.maxExamples, next(plan.evaluateEveryExamples), next(plan.checkpointEveryExamples))
  return Math.ceil((border - position) / batchSize) >= stepsPerCall ? stepsPerCall : 1
}

/** True where the step that led here is the first to have passed some multiple of `every` examples. */
function passes({ position, batchSize }: CoursePoint, every: number): boolean {
  return Math.floor(position / every) > Math.floor((position - batchSize) / every)
}

/** True where the target is reached by a value of its criterion. */
export function meetsTarget({ criterion, value: limit }: Target, value: number): boolean {
  return criterion === 'validation-accuracy' ? value >= limit : value <= limit
}

export function needsFullGradient({ evaluation, target }: Pick<RunConfig, 'evaluation' | 'target'>): boolean {
  return evaluation.fullGradient || (target?.criterion.startsWith('gradient-') ?? false)
}

/**
 * Refuses what the schema cannot see: a run that does not fit its data, or contradicts itself.
 *
 * @throws LoupeError `invalid-input`.
 */
export function checkRun(config: RunConfig, dataset: Pick<Dataset, 'train' | 'validation' | 'shape' | 'classes'>): void {
  const { noiseScale, target } = config
  const examples = dataset.train.count
  checkBatchSize({ batchSize: config.batchSize, examples })
  const drawn = noiseScale.smallBatch * noiseScale.shards
  if (noiseScale.enabled && drawn > examples) {
    throw new LoupeError(
      'invalid-input',
      `The noise scale takes ${noiseScale.shards} shards of ${noiseScale.smallBatch} = ${drawn} examples, and there are ${examples}. Lower noiseScale.shards or noiseScale.smallBatch.`,
      { shards: noiseScale.shards, smallBatch: noiseScale.smallBatch, examples },
    )
  }
  checkExchange(config, null)
  checkDistillation(config, dataset)
  checkDecorrelation(config, dataset)
  if (config.batchPolicy !== null) checkControlled(config, config.batchPolicy, examples)
  if (target?.criterion.startsWith('validation-') && dataset.validation.count === 0) {
    throw new LoupeError('invalid-input', `The target is a ${target.criterion}, and there are no validation examples. Set dataset.validationExamples above 0.`, { criterion: target.criterion })
  }
}

/** What a controlled run cannot be, whatever its policy; the policy's own limits are checked with it. */
function checkControlled({ optimizer, checkpointEveryExamples, batchSize }: RunConfig, { batchMin, batchMax }: BatchPolicyConfig, examples: number): void {
  if (optimizer.kind === 'armijo') {
    throw new LoupeError('invalid-input', 'An Armijo line search finds its own step size, and the batch policies expect a learning rate. Choose another optimizer, or no batch policy.', { optimizer: optimizer.kind })
  }
  if (checkpointEveryExamples !== null) {
    throw new LoupeError('invalid-input', `A run with a batch policy saves a checkpoint at the end of each epoch, to go back to. Set checkpointEveryExamples to null (now ${checkpointEveryExamples}).`, { checkpointEveryExamples })
  }
  if (batchMax > examples) throw new LoupeError('invalid-input', `batchMax ${batchMax} is larger than the ${examples} training examples. Use at most ${examples}.`, { batchMax, examples })
  if (batchSize < batchMin || batchSize > batchMax) throw new LoupeError('invalid-input', `The first batch size ${batchSize} is outside of batchMin ${batchMin} to batchMax ${batchMax}.`, { batchSize, batchMin, batchMax })
}
