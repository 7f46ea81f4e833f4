import type * as TensorFlow from '@tensorflow/tfjs'
import type { DistillationConfig } from '../../contract/distillation-config.ts'
import type { MetricKey } from '../../contract/metrics.ts'
import type { CompiledStep, InputSpec, OperationTime, Session, Tensors, TraceContext } from '../../tensorflow/runtime.ts'
import { reachedGradients } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'
import { requireFiniteTerms } from '../finite-terms.ts'
import { readBatch, releaseInto } from '../objective.ts'
import type { Batch, Objective } from '../objective.ts'
import type { Optimizer } from '../optimizers/optimizer.ts'
import { optimizedVariables, scalarOf, sliceOf } from '../training-step.ts'
import type { StepFeed, StepResults, TrainedVariables, TrainingCall } from '../training-step.ts'
import { assignTensors, readTensors } from '../variables.ts'
import type { VariableGroup } from '../variables.ts'
import type { Chain, ChainMode } from './chain.ts'
import { lossParts, weightedLoss } from './chain-loss.ts'
import { distillationFactor, phaseAt } from './course.ts'
import type { CourseLength, Phase } from './course.ts'
import { varianceBetweenExamples } from './similarity.ts'

export interface DistillationStepOptions {
  readonly session: Session
  readonly chain: Chain
  readonly config: DistillationConfig
  readonly objective: Objective
  readonly variables: TrainedVariables
  /** The running mean of the chain's parameters; null where the teacher is another. */
  readonly mean: VariableGroup | null
  readonly optimizer: Optimizer
  readonly batchSize: number
  readonly steps: number
  readonly jit: boolean
}

/** What a call outputs beside the first student's loss, by metric; one number a step. */
const TOLD = { front: 'distillation/front-loss', rear: 'distillation/rear-loss', feature: 'distillation/feature-loss', logits: 'distillation/logit-loss' } as const satisfies Record<string, MetricKey>
type Told = keyof typeof TOLD
const terms: Readonly<Record<Told, string>> = { front: 'task loss of the students', rear: 'task loss of the whole chain', feature: 'feature loss', logits: 'soft-target loss' }

type Inputs = { readonly indices: InputSpec; readonly seeds: InputSpec; readonly learningRates: InputSpec; readonly factors: InputSpec }
export type PhaseTrace = CompiledStep<Inputs, string>

/**
 * Compiles `steps` updates of a chain in one phase.
 *
 *     for each step
 *       targets             = features and logits of the teacher
 *       L                   = see {@link weightedLoss}
 *       parameters, slots   = of the extractors that the phase trains; the other one is in inference mode and stays as it is
 *       running mean        ← decay·mean + (1 − decay)·parameters, for the teacher "ema"
 */
export function compilePhase(options: DistillationStepOptions, phase: Phase): PhaseTrace {
  const { session, chain, config, variables, optimizer, batchSize, steps, jit, mean } = options
  const trained = phase === 'both' ? [...chain.frontNames, ...chain.rearNames] : phase === 'front' ? chain.frontNames : chain.rearNames
  return session.compile({
    name: `distil-${phase}-batch-${batchSize}-steps-${steps}`,
    inputs: {
      indices: { shape: [steps * batchSize], type: 'int32' },
      seeds: { shape: [steps * 2], type: 'int32' },
      learningRates: { shape: [steps], type: 'float32' },
      factors: { shape: [steps], type: 'float32' },
    },
    jit,
    trace(context) {
      const before = readTensors(context, variables.statistics)
      let statistics = before
      const told: Record<string, TensorFlow.Tensor[]> = {}
      for (let step = 0; step < steps; step++) {
        const batch = readBatch(context, options.objective, 'train', sliceOf(context.inputs.indices, step, batchSize))
        const taken = differentiate({ ...options, context, batch, phase, trained, statistics, seed: sliceOf(context.inputs.seeds, step, 2), factor: scalarOf(context.inputs.factors, step) })
        optimizer.updateInPlace({ ...optimizedVariables(context, variables), names: Object.keys(taken.gradients) }, taken.gradients, scalarOf(context.inputs.learningRates, step))
        if (mean !== null) moveMean(context, { mean, variables, decay: config.emaDecay })
        for (const [name, value] of Object.entries(taken.told)) (told[name] ??= []).push(value)
        statistics = taken.statistics
      }
      assignTensors(context, variables.statistics, { before, after: statistics })
      return Object.fromEntries(Object.entries(told).map(([name, values]) => [name, tf.stack(values)]))
    },
  })
}

interface DifferentiateOptions extends DistillationStepOptions {
  readonly context: TraceContext<Inputs>
  readonly batch: Batch
  readonly phase: Phase
  readonly trained: readonly string[]
  readonly statistics: Tensors
  readonly seed: TensorFlow.Tensor1D
  readonly factor: TensorFlow.Scalar
}

function differentiate({ context, chain, config, objective, variables, mean, batch, phase, trained, statistics, seed, factor }: DifferentiateOptions): { readonly gradients: Tensors; readonly statistics: Tensors; readonly told: Tensors } {
  const parameters = readTensors(context, variables.parameters)
  const mode: ChainMode = { front: { training: phase !== 'rear', seed }, rear: { training: phase !== 'front', seed }, isCut: config.mode !== 'joint' }
  const inference = { training: false, seed }
  const averaged = mean === null ? null : chain.forward(readTensors(context, mean), statistics, batch.x, { front: inference, rear: inference, isCut: false, isHeadless: true })
  const kept = new Map<string, TensorFlow.Tensor>()
  const keep = (name: string, tensor: TensorFlow.Tensor | null) => tensor !== null && kept.set(name, tf.keep(tensor))
  const { gradients } = reachedGradients((...values) => {
    const named = { ...parameters, ...Object.fromEntries(trained.map((name, i) => [name, values[i]!])) } // as many as names
    const forward = chain.forward(named, statistics, batch.x, mode)
    const parts = lossParts({ chain, config, labelSmoothing: objective.labelSmoothing, parameters: named, labels: batch.labels, forward, teacher: averaged ?? forward })
    for (const [name, part] of Object.entries(parts) as [string, TensorFlow.Scalar | null][]) if (name !== 'front' || chain.students.length > 1) keep(name, part)
    keep('variance', tf.minimum(varianceBetweenExamples(forward.features[chain.frontDepth - 1]!), varianceBetweenExamples(forward.features[chain.depth - 1]!)))
    for (const [name, statistic] of Object.entries(forward.statistics)) if (statistic !== statistics[name]) keep(`statistics/${name}`, statistic)
    return weightedLoss(parts, config, factor)
  }, trained.map((name) => parameters[name]!)) // the chain's own names
  const released = releaseInto(kept)
  return {
    gradients: Object.fromEntries(
      trained.flatMap((name, i) => {
        const gradient = gradients[i] ?? null
        return gradient === null ? [] : [[name, gradient]]
      }),
    ),
    statistics: Object.fromEntries(Object.entries(statistics).map(([name, value]) => [name, released.get(`statistics/${name}`) ?? value])),
    told: Object.fromEntries([...released].filter(([name]) => !name.startsWith('statistics/'))),
  }
}

function moveMean(context: TraceContext<Inputs>, { mean, variables, decay }: { readonly mean: VariableGroup; readonly variables: TrainedVariables; readonly decay: number }): void {
  const [before, now] = [readTensors(context, mean), readTensors(context, variables.parameters)]
  const after = Object.fromEntries(mean.names.map((name) => [name, tf.add(tf.mul(before[name]!, decay), tf.mul(now[name]!, 1 - decay))])) // the same names
  assignTensors(context, mean, { before, after })
}

/** What a call asks of the run that it is a part of. */
export interface DistillationCallOptions {
  readonly config: DistillationConfig
  readonly course: CourseLength
  readonly batchSize: number
  readonly steps: number
  readonly trace: (phase: Phase) => PhaseTrace
  /** Told after each call. @param variances  The smaller variance of the two features at each step. */
  readonly onVariances: (variances: ArrayLike<number>) => void
}

/** A training call of a chain: it takes the phase of its steps from their place in the course. */
export function distillationCall({ config, course, batchSize, steps, trace, onVariances }: DistillationCallOptions): TrainingCall {
  const place = { batchSize, trainExamples: course.trainExamples }
  const inputsOf = ({ indices, seeds, learningRates, positions }: StepFeed) => ({ indices, seeds, learningRates, factors: Float32Array.from(positions, (position) => distillationFactor(config, position, course)) })
  const traceOf = ({ positions }: StepFeed) => trace(phaseAt(config, positions[0] ?? 0, place))
  return {
    steps,
    traceMs: trace(phaseAt(config, 0, place)).traceMs,
    async run(feed): Promise<StepResults> {
      const outputs: Readonly<Record<string, ArrayLike<number>>> = await traceOf(feed).run(inputsOf(feed))
      const told = (Object.keys(TOLD) as Told[]).flatMap((name) => (outputs[name] === undefined ? [] : [{ name, values: outputs[name] }]))
      requireFiniteTerms({ terms: told.map(({ name, values }) => ({ what: terms[name], values })), own: outputs['first'] ?? [], stepOf: (i) => Math.round((feed.positions[i] ?? 0) / batchSize) + 1, advice: 'Lower its weight or the learning rate, or choose another normalization of the features.' })
      onVariances(outputs['variance'] ?? [])
      return { losses: outputs['first'] ?? [], stepSizes: feed.learningRates, search: null, metrics: Object.fromEntries(told.map(({ name, values }) => [TOLD[name], values])) }
    },
    profile: async (feed): Promise<readonly OperationTime[]> => await traceOf(feed).profile(inputsOf(feed)),
  }
}
