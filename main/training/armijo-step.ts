import type { ArmijoConfig } from '../contract/optimizer-config.ts'
import { squaredNorm } from '../tensorflow/ops.ts'
import { tf } from '../tensorflow/tf.ts'
import type { HostArrays, Tensors } from '../tensorflow/runtime.ts'
import { armijoSearch } from './armijo-search.ts'
import type { ArmijoFound } from './armijo-search.ts'
import { lossAndGradients, meanLoss, meanWeights, readBatch } from './objective.ts'
import type { Batch, LossPoint } from './objective.ts'
import { scalarOf, sliceOf } from './training-step.ts'
import type { TrainingCall, TrainingStepOptions } from './training-step.ts'
import { assignTensors, readTensors } from './variables.ts'

/**
 * What the search remembers between steps, as session variables. `last` and `mean` are 0 before there is one.
 * A step that fell back or was skipped is not remembered: one failed search does not hold down those after it.
 */
export function initArmijoSlots(): HostArrays {
  const zero = { shape: [], type: 'float32', values: Float32Array.of(0) } as const
  return { last: zero, mean: zero, sum: zero, count: zero }
}

/**
 * Compiles `steps` updates of SGD with an Armijo line search into one call.
 *
 *     for each step
 *       x, labels    = the step's batch
 *       loss, g      = mean loss and gradient over it, in training mode
 *       α            = armijoSearch along −g, on the same batch or on an independent one
 *       parameters   = parameters − α·g
 *       statistics   = running statistics after the gradient's forward pass
 *
 * Every try of a step sees the same dropout seed, and running statistics stand still during the tries: the search compares
 * one function with itself. With an independent batch B′ the test is f_B′(θ − αg) ≤ f_B′(θ) − c·α·|g|² with g from B; it
 * costs one more forward evaluation, which is counted.
 */
export function compileArmijoStep(options: TrainingStepOptions, config: ArmijoConfig): TrainingCall {
  const { session, objective, variables, batchSize, steps, jit } = options
  const isIndependent = config.searchBatch === 'independent'
  const growth = 2 ** (batchSize / objective.dataset.train.count)
  const compiled = session.compile({
    name: `train-armijo-batch-${batchSize}-steps-${steps}`,
    inputs: {
      indices: { shape: [steps * batchSize], type: 'int32' },
      searchIndices: { shape: [isIndependent ? steps * batchSize : 1], type: 'int32' },
      seeds: { shape: [steps * 2], type: 'int32' },
      epochStarts: { shape: [steps], type: 'float32' },
    },
    jit,
    trace(context) {
      const before = { parameters: readTensors(context, variables.parameters), statistics: readTensors(context, variables.statistics), slots: readTensors(context, variables.slots) }
      let { parameters, statistics, slots } = before
      const log: { readonly loss: tf.Tensor; readonly found: ArmijoFound }[] = []
      for (let step = 0; step < steps; step++) {
        slots = beginEpoch(slots, scalarOf(context.inputs.epochStarts, step))
        const batch = readBatch(context, objective, 'train', sliceOf(context.inputs.indices, step, batchSize))
        const point = { objective, parameters, statistics, batch, seed: sliceOf(context.inputs.seeds, step, 2), training: true }
        const judge = isIndependent ? readBatch(context, objective, 'train', sliceOf(context.inputs.searchIndices, step, batchSize)) : null
        const taken = takeStep({ point, judge, config, start: startOf(config, slots, growth), batchSize })
        parameters = taken.parameters
        statistics = taken.statistics
        slots = remember(slots, taken.found)
        log.push(taken)
      }
      assignTensors(context, variables.parameters, { before: before.parameters, after: parameters })
      assignTensors(context, variables.statistics, { before: before.statistics, after: statistics })
      assignTensors(context, variables.slots, { before: before.slots, after: slots })
      return {
        losses: tf.stack(log.map(({ loss }) => loss)),
        stepSizes: tf.stack(log.map(({ found }) => found.stepSize)),
        tries: tf.stack(log.map(({ found }) => (isIndependent ? tf.add(found.tries, 1) : found.tries))),
        fallbacks: tf.stack(log.map(({ found }) => found.fallback)),
      }
    },
  })
  return {
    steps,
    traceMs: compiled.traceMs,
    async run({ indices, searchIndices, seeds, epochStarts }) {
      const { losses, stepSizes, tries, fallbacks } = await compiled.run({ indices, searchIndices, seeds, epochStarts })
      return { losses, stepSizes, search: { tries, fallbacks } }
    },
    profile: ({ indices, searchIndices, seeds, epochStarts }) => compiled.profile({ indices, searchIndices, seeds, epochStarts }),
  }
}

interface StepAtPoint {
  readonly point: LossPoint
  /** The batch that judges the tries; null for the gradient's own. */
  readonly judge: Batch | null
  readonly config: ArmijoConfig
  readonly start: tf.Scalar
  readonly batchSize: number
}

function takeStep({ point, judge, config, start, batchSize }: StepAtPoint): { parameters: Tensors; statistics: Tensors; loss: tf.Scalar; found: ArmijoFound } {
  const { loss, gradients, statistics } = lossAndGradients(point, meanWeights(batchSize))
  const names = Object.keys(point.parameters)
  const theta = Object.values(point.parameters)
  const direction = names.map((name) => gradients[name] as tf.Tensor) // one for each parameter
  const judged = { ...point, batch: judge ?? point.batch }
  const statisticNames = Object.keys(point.statistics)
  const found = armijoSearch({
    lossAt: (candidate, [x, labels, seed, ...frozen]) =>
      meanLoss({
        ...judged,
        parameters: Object.fromEntries(names.map((name, i) => [name, candidate[i] as tf.Tensor])), // in the order given below
        statistics: Object.fromEntries(statisticNames.map((name, i) => [name, frozen[i] as tf.Tensor])),
        batch: { x: x as tf.Tensor, labels: labels as tf.Tensor1D },
        seed: seed as tf.Tensor1D,
      }),
    parameters: theta,
    gradients: direction,
    constants: [judged.batch.x, judged.batch.labels, point.seed, ...Object.values(point.statistics)],
    loss: judge ? meanLoss(judged) : loss,
    gradientSquared: squaredNorm(direction) as tf.Scalar, // by its definition
    start,
    ...config,
  })
  const parameters = Object.fromEntries(names.map((name, i) => [name, tf.sub(theta[i] as tf.Tensor, tf.mul(found.stepSize, direction[i] as tf.Tensor))]))
  return { parameters, statistics, loss, found }
}

/** Where the search begins, by the reset rule; α₀ as long as there is nothing to go by. */
function startOf({ resetRule, initialStep, maxStep }: ArmijoConfig, slots: Tensors, growth: number): tf.Scalar {
  const first = tf.scalar(initialStep)
  const from = (remembered: tf.Tensor, factor: number) => tf.where(tf.greater(remembered, 0), tf.minimum(tf.mul(remembered, factor), maxStep), first) as tf.Scalar // of scalars
  switch (resetRule) {
    case 'grow':
      return from(slot(slots, 'last'), growth)
    case 'keep':
      return from(slot(slots, 'last'), 1)
    case 'epoch-mean':
      return from(slot(slots, 'mean'), 2)
    case 'initial':
      return first
  }
}

/** At an epoch's first step the mean of the epoch before is taken, unless it had no accepted step. */
function beginEpoch(slots: Tensors, starts: tf.Scalar): Tensors {
  const [mean, sum, count] = [slot(slots, 'mean'), slot(slots, 'sum'), slot(slots, 'count')]
  const isStart = tf.greater(starts, 0.5)
  const hasMean = tf.logicalAnd(isStart, tf.greater(count, 0.5))
  const kept = tf.sub(1, starts)
  return { ...slots, mean: tf.where(hasMean, tf.div(sum, tf.maximum(count, 1)), mean), sum: tf.mul(sum, kept), count: tf.mul(count, kept) }
}

function remember(slots: Tensors, { stepSize, accepted }: ArmijoFound): Tensors {
  return {
    ...slots,
    last: tf.where(tf.greater(accepted, 0.5), stepSize, slot(slots, 'last')),
    sum: tf.add(slot(slots, 'sum'), tf.mul(stepSize, accepted)),
    count: tf.add(slot(slots, 'count'), accepted),
  }
}

function slot(slots: Tensors, name: string): tf.Tensor {
  return slots[name] as tf.Tensor // all four are made by initArmijoSlots
}
