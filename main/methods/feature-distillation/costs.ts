import type { CutCost } from '../../contract/cut-cost.ts'
import type { ModelConfig } from '../../contract/model-config.ts'
import { depthOf } from '../../contract/model-depth.ts'
import type { OptimizerConfig } from '../../contract/optimizer-config.ts'
import type { DatasetFacts } from '../study.ts'
import { comparesFeatures, isChain, modelOfArm, studentDepthsOf, type Arm } from './arms.ts'
import type { FeatureDistillationConfig } from './config.ts'
import type { NetworkCost } from './report.ts'

const BYTES_PER_NUMBER = 4
/** Copies of each parameter while training: itself and its gradient. */
const COPIES = 2

/** Numbers that an optimizer keeps for each parameter. */
export function optimizerSlots({ kind }: Pick<OptimizerConfig, 'kind'>): number {
  return { sgd: 0, armijo: 0, momentum: 1, nesterov: 1, adam: 2, adamw: 2 }[kind]
}

/** Bytes of a network that only predicts, for one example: 4 for each parameter, and the activations that are alive at once. */
export function inferenceBytes({ parameters, liveBytesPerExample }: Pick<CutCost, 'parameters' | 'liveBytesPerExample'>): number {
  return BYTES_PER_NUMBER * parameters + liveBytesPerExample
}

/**
 * Bytes that training takes: 4·P·(2 + slots) for parameters, gradients and what the optimizer keeps, and the activations stored for each
 * example of the batch.
 *
 * @example 1000 parameters, Adam, 32 examples of 200 bytes each: 4·1000·4 + 6400 = 22,400.
 */
export function trainingBytes({ parameters, activationBytesPerExample, slots, batchSize }: { readonly parameters: number; readonly activationBytesPerExample: number; readonly slots: number; readonly batchSize: number }): number {
  return BYTES_PER_NUMBER * parameters * (COPIES + slots) + batchSize * activationBytesPerExample
}

/** What a student costs once it is trained: its blocks and its head, whatever it was trained with. Null where the shape of the data is not known. */
export function studentCost(facts: DatasetFacts, model: ModelConfig, depth: number): NetworkCost | null {
  const cost = facts.cutCost?.(model, depth)
  if (cost === undefined) return null
  const latency = facts.latencies?.get(depth)
  return { parameters: cost.parameters, macs: cost.macsPerExample, memoryBytes: inferenceBytes(cost), latencyMs: latency?.medianMs ?? null, latencyP95Ms: latency?.p95Ms ?? null }
}

export interface TrainingCost {
  readonly parameters: number
  readonly memoryBytes: number
  /** Of one example's forward pass. */
  readonly macs: number
}

/**
 * What training an arm takes: the model, or the chain with a head for each student and a projector where the features of a pair differ.
 *
 * Null where the shape of the data is not known.
 */
export function trainingCost(config: FeatureDistillationConfig, facts: DatasetFacts, arm: Arm): TrainingCost | null {
  if (facts.cutCost === undefined) return null
  const { cutCost } = facts
  const model = modelOfArm(config, arm)
  const whole = cutCost(model, depthOf(model))
  const added = isChain(arm.way) ? [...studentDepthsOf(arm, config).map((depth) => cutCost(model, depth).head), ...projectors(config, arm, (depth) => cutCost(model, depth).featureShape)] : []
  const sum = (of: (part: CutCost['head']) => number) => [whole, ...added].reduce((total, part) => total + of(part), 0)
  const slots = optimizerSlots(config.run.optimizer)
  const parameters = sum((part) => part.parameters)
  return {
    parameters,
    memoryBytes: trainingBytes({ parameters, activationBytesPerExample: sum((part) => part.activationBytesPerExample), slots, batchSize: config.students.batchSize }),
    macs: sum((part) => part.macsPerExample),
  }
}

/** A linear map of the last axis for each pair whose features differ in width: it trains along and is left out after. */
function projectors(config: FeatureDistillationConfig, arm: Arm, shapeAfter: (depth: number) => readonly number[]): CutCost['head'][] {
  if (!comparesFeatures(arm.way)) return []
  const whole = depthOf(modelOfArm(config, arm))
  const taps = arm.way === 'self-distillation' ? [{ front: null, rear: null }] : config.distillation.taps
  return studentDepthsOf(arm, config).flatMap((depth) =>
    taps.flatMap(({ front, rear }) => {
      const [from, to] = [shapeAfter(front ?? depth), shapeAfter(rear === null ? whole : depth + rear)]
      const [inputs, outputs] = [from.at(-1) ?? 1, to.at(-1) ?? 1]
      if (inputs === outputs) return []
      const places = from.slice(0, -1).reduce((product, side, axis) => product * Math.min(side, to[axis] ?? side), 1)
      return [{ parameters: inputs * outputs + outputs, macsPerExample: places * inputs * outputs, activationBytesPerExample: BYTES_PER_NUMBER * places * outputs }]
    }),
  )
}
