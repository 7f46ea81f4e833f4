import type * as TensorFlow from '@tensorflow/tfjs'
import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { LossTerm } from '../../contract/decorrelation-records.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { MetricKey } from '../../contract/metrics.ts'
import { reachedGradients, squaredNorm } from '../../tensorflow/ops.ts'
import type { CompiledStep, InputSpec, Session, Tensors, TraceContext } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { requireFiniteTerms } from '../finite-terms.ts'
import { readBatch, releaseInto } from '../objective.ts'
import type { Batch, Objective } from '../objective.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { optimizedVariables, scalarOf, sliceOf } from '../training-step.ts'
import type { StepFeed, StepResults, TrainedVariables, TrainingCall } from '../training-step.ts'
import { assignTensors, readTensors } from '../variables.ts'
import { isWarmed, lossTerms, weightOf } from './loss-terms.ts'
import type { Terms } from './loss-terms.ts'
import type { FurtherStream } from './streams.ts'
import type { TappedModel } from './tapped-model.ts'

export interface DecorrelationStepOptions {
  readonly session: Session
  readonly tapped: TappedModel
  readonly config: DecorrelationConfig
  readonly objective: Objective
  readonly variables: TrainedVariables
  readonly streams: readonly FurtherStream[]
  readonly optimizer: Optimizer
  readonly batchSize: number
  readonly steps: number
  readonly jit: boolean
}

/** Every term as it is logged. */
export const TERM_METRICS = {
  task: 'decorrelation/task-loss',
  unlabelled: 'decorrelation/unlabelled-loss',
  labelled: 'decorrelation/labelled-loss',
  variance: 'decorrelation/variance-loss',
  auxiliary: 'decorrelation/auxiliary-loss',
  entropy: 'decorrelation/entropy-loss',
  consistency: 'decorrelation/consistency-loss',
} as const satisfies Record<LossTerm, MetricKey>

/** What a term is called in errors. */
const names: Readonly<Record<LossTerm, string>> = {
  task: 'task loss',
  unlabelled: 'loss between channels on unlabelled examples',
  labelled: 'loss between channels on labelled examples',
  variance: 'hinge on the deviations of channels',
  auxiliary: 'loss of the networks beside the model',
  entropy: 'entropy of the predictions',
  consistency: 'distance between disturbed copies',
}

type Inputs = Readonly<Record<string, InputSpec>>
type StepTrace = CompiledStep<Inputs, string>

/**
 * Compiles `steps` updates that lower the task loss and the losses between channels together; see {@link lossTerms}.
 *
 * With `separate` terms each term has a backward pass of its own and may be cut to a norm; without that the gradients add up to the same.
 */
export function compileDecorrelationStep(options: DecorrelationStepOptions): TrainingCall {
  const { config, streams, batchSize, steps } = options
  const compiled = traceSteps(options)
  return {
    steps,
    traceMs: compiled.traceMs,
    async run(feed): Promise<StepResults> {
      const outputs: Readonly<Record<string, ArrayLike<number>>> = await compiled.run(inputsOf(feed, { config, streams, batchSize }))
      const told = termsOf(outputs)
      requireFiniteTerms({ terms: told.map(({ term, values }) => ({ what: names[term], values })), own: outputs['term/task'] ?? [], stepOf: (i) => Math.round((feed.positions[i] ?? 0) / batchSize) + 1, advice: 'Lower its weight or the learning rate, or look for values in the data that are not numbers.' })
      const losses = outputs['term/task'] ?? outputs['total'] ?? []
      return {
        losses,
        stepSizes: feed.learningRates,
        search: null,
        metrics: { ...Object.fromEntries(told.map(({ term, values }) => [TERM_METRICS[term], values])), 'decorrelation/total-loss': outputs['total'] ?? [] },
        ...(outputs['live'] === undefined ? {} : { liveChannels: outputs['live'] }),
      }
    },
    profile: (feed) => compiled.profile(inputsOf(feed, { config, streams, batchSize })),
  }
}

/** Share of the full weights at a place of the course: the warm-up counts steps, from 0 on. */
export function warmupFactor({ warmupSteps }: Pick<DecorrelationConfig, 'warmupSteps'>, step: number): number {
  return warmupSteps === 0 ? 1 : Math.min(1, step / warmupSteps)
}

function inputsOf({ indices, seeds, learningRates, positions, further = {} }: StepFeed, { config, streams, batchSize }: Pick<DecorrelationStepOptions, 'config' | 'streams' | 'batchSize'>): Record<string, Int32Array | Float32Array> {
  const drawn = streams.map(({ key, batchSize: size }) => [key, further[key] ?? new Int32Array(positions.length * size)] as const) // a trial has none of its own
  return { indices, seeds, learningRates, factors: Float32Array.from(positions, (position) => warmupFactor(config, position / batchSize)), ...Object.fromEntries(drawn) }
}

function traceSteps(options: DecorrelationStepOptions): StepTrace {
  const { session, variables, streams, optimizer, batchSize, steps, jit } = options
  const inputs: Inputs = {
    indices: { shape: [steps * batchSize], type: 'int32' },
    seeds: { shape: [steps * 2], type: 'int32' },
    learningRates: { shape: [steps], type: 'float32' },
    factors: { shape: [steps], type: 'float32' },
    ...Object.fromEntries(streams.map(({ key, batchSize: size }) => [key, { shape: [steps * size], type: 'int32' } as const])),
  }
  return session.compile({
    name: `decorrelate-batch-${batchSize}-steps-${steps}`,
    inputs,
    jit,
    trace(context) {
      const before = readTensors(context, variables.statistics)
      let statistics = before
      const told: Record<string, TensorFlow.Tensor[]> = {}
      for (let step = 0; step < steps; step++) {
        const batches = readBatches(context, options, step)
        const taken = differentiate({ ...options, ...batches, parameters: readTensors(context, variables.parameters), statistics, seed: sliceOf(given(context, 'seeds'), step, 2), factor: scalarOf(given(context, 'factors'), step) })
        optimizer.updateInPlace({ ...optimizedVariables(context, variables), names: Object.keys(taken.gradients) }, taken.gradients, scalarOf(given(context, 'learningRates'), step))
        for (const [name, value] of Object.entries(taken.told)) (told[name] ??= []).push(value)
        statistics = taken.statistics
      }
      assignTensors(context, variables.statistics, { before, after: statistics })
      return Object.fromEntries(Object.entries(told).map(([name, values]) => [name, tf.stack(values)]))
    },
  })
}

function readBatches(context: TraceContext<Inputs>, { objective, streams, batchSize }: Pick<DecorrelationStepOptions, 'objective' | 'streams' | 'batchSize'>, step: number): { readonly labelled: readonly Batch[]; readonly unlabelled: readonly Batch[] } {
  const read = ({ key, batchSize: size, dataset, residents }: FurtherStream) => readBatch(context, { ...objective, dataset, residents }, 'train', sliceOf(given(context, key), step, size))
  const own = readBatch(context, objective, 'train', sliceOf(given(context, 'indices'), step, batchSize))
  return { labelled: [own, ...streams.filter(({ kind }) => kind === 'labelled').map(read)], unlabelled: streams.filter(({ kind }) => kind === 'unlabelled').map(read) }
}

/** An input that was declared above. */
function given({ inputs }: TraceContext<Inputs>, name: string): TensorFlow.Tensor {
  return inputs[name]!
}

interface DifferentiateOptions extends DecorrelationStepOptions {
  readonly labelled: readonly Batch[]
  readonly unlabelled: readonly Batch[]
  readonly parameters: Tensors
  readonly statistics: Tensors
  readonly seed: TensorFlow.Tensor1D
  readonly factor: TensorFlow.Scalar
}

interface Differentiated {
  readonly gradients: Tensors
  readonly statistics: Tensors
  readonly told: Tensors
}

function differentiate(options: DifferentiateOptions): Differentiated {
  const { tapped, config, objective, labelled, unlabelled, parameters, statistics, seed, factor } = options
  const trained = Object.keys(parameters)
  const at = trained.map((name) => parameters[name]!) // its own names
  const termsAt = (values: readonly TensorFlow.Tensor[]) =>
    lossTerms({ tapped, config, labelSmoothing: objective.labelSmoothing, parameters: Object.fromEntries(trained.map((name, i) => [name, values[i]!])), statistics, labelled, unlabelled, seed, training: true })
  const kept = new Map<string, TensorFlow.Tensor>()
  const keep = (terms: Terms, total: TensorFlow.Scalar) => {
    for (const [term, value] of Object.entries(terms.values)) kept.set(`term/${term}`, tf.keep(value))
    for (const [name, statistic] of Object.entries(terms.statistics)) if (statistic !== statistics[name]) kept.set(`statistics/${name}`, tf.keep(statistic))
    if (terms.live !== null) kept.set('live', tf.keep(terms.live))
    kept.set('total', tf.keep(total))
  }
  const whole = (values: readonly TensorFlow.Tensor[]) => {
    const terms = termsAt(values)
    const total = weighted(terms, config, factor)
    keep(terms, total)
    return { terms, total }
  }
  const gradients = config.combine === 'weighted-sum' ? reachedGradients((...values) => whole(values).total, at).gradients : separateGradients({ config, factor, at, termsAt, told: () => whole(at).terms.values })
  const released = releaseInto(kept)
  return {
    gradients: Object.fromEntries(trained.flatMap((name, i) => (gradients[i] ? [[name, gradients[i]]] : []))),
    statistics: Object.fromEntries(Object.entries(statistics).map(([name, value]) => [name, released.get(`statistics/${name}`) ?? value])),
    told: Object.fromEntries([...released].filter(([name]) => !name.startsWith('statistics/'))),
  }
}

interface SeparateOptions extends Pick<DifferentiateOptions, 'config' | 'factor'> {
  readonly at: readonly TensorFlow.Tensor[]
  readonly termsAt: (values: readonly TensorFlow.Tensor[]) => Terms
  /** The terms that there are; what the step tells is kept. */
  readonly told: () => Terms['values']
}

/** The gradient of each term by itself, under its weight and cut to a norm, added up. */
function separateGradients({ config, factor, at, termsAt, told }: SeparateOptions): readonly (TensorFlow.Tensor | null)[] {
  const present = Object.keys(told()) as LossTerm[] // its keys are terms
  const parts = present.map((term) => {
    const { gradients } = reachedGradients((...values) => underWeight(term, termsAt(values).values[term]!, config, factor), at) // the same terms each time
    return config.termClipNorm === null ? gradients : clipped(gradients, config.termClipNorm)
  })
  return at.map((_, i) => {
    const reached = parts.flatMap((gradients) => gradients[i] ?? [])
    return reached.length === 0 ? null : reached.reduce((total, gradient) => tf.add(total, gradient))
  })
}

function clipped(gradients: readonly (TensorFlow.Tensor | null)[], most: number): readonly (TensorFlow.Tensor | null)[] {
  const reached = gradients.filter((gradient) => gradient !== null)
  if (reached.length === 0) return gradients
  const scale = tf.minimum(1, tf.div(most, tf.maximum(tf.sqrt(squaredNorm(reached)), 1e-12)))
  return gradients.map((gradient) => (gradient === null ? null : tf.mul(gradient, scale)))
}

function weighted({ values }: Terms, config: DecorrelationConfig, factor: TensorFlow.Scalar): TensorFlow.Scalar {
  const [first, ...others] = (Object.entries(values) as [LossTerm, TensorFlow.Scalar][]).map(([term, value]) => underWeight(term, value, config, factor)) // its keys are terms
  if (first === undefined) throw new LoupeError('internal', 'A step that decorrelates has no term to lower.')
  return others.reduce((total, value) => tf.add<TensorFlow.Scalar>(total, value), first)
}

function underWeight(term: LossTerm, value: TensorFlow.Scalar, config: DecorrelationConfig, factor: TensorFlow.Scalar): TensorFlow.Scalar {
  const drawn = tf.mul<TensorFlow.Scalar>(value, weightOf(term, config, 1))
  return isWarmed(term) ? tf.mul<TensorFlow.Scalar>(drawn, factor) : drawn
}

function termsOf(outputs: Readonly<Record<string, ArrayLike<number>>>): readonly { readonly term: LossTerm; readonly values: ArrayLike<number> }[] {
  return (Object.keys(TERM_METRICS) as LossTerm[]).flatMap((term) => { // its keys are terms
    const values = outputs[`term/${term}`]
    return values === undefined ? [] : [{ term, values }]
  })
}
