import type { CutCost } from '../../../contract/cut-cost.ts'
import type { DistillationRecord, RunPredictions } from '../../../contract/distillation-records.ts'
import type { ModelConfig } from '../../../contract/model-config.ts'
import { depthOf } from '../../../contract/model-depth.ts'
import type { Status } from '../../../contract/records.ts'
import { runKey } from '../../arm-runs.ts'
import type { DatasetFacts, Evaluation, StudiedRun } from '../../study.ts'
import { armId, everyArm, isChain, modelOfArm, studentDepthsOf } from '../arms.ts'
import { featureDistillationConfig, type DistillationWay, type FeatureDistillationConfig } from '../config.ts'
import { runConfigOf } from '../run-configs.ts'

/** A stem of 100 parameters, blocks of 1000, heads of 10; a hundredth of a million multiply-accumulates for each thing, features of 16 × 32. */
export function cutCost(_: ModelConfig, depth: number): CutCost {
  const head = { parameters: 10, macsPerExample: 10_000, activationBytesPerExample: 40 }
  return {
    parameters: 100 + 1000 * depth + head.parameters,
    macsPerExample: 100_000 + 1_000_000 * depth + head.macsPerExample,
    activationBytesPerExample: 500 + 2000 * depth + head.activationBytesPerExample,
    liveBytesPerExample: 2500,
    head,
    featureShape: [16, 32],
  }
}

export const facts: DatasetFacts = { trainExamples: 1000, validationExamples: 200, cutCost }

/** A comparison that the data above can hold: a stack of 4 blocks, students of 1 and 2. */
export function madeConfig(students: object = {}, rest: object = {}): FeatureDistillationConfig {
  return featureDistillationConfig.parse({ method: 'feature-distillation', ...rest, students: { ways: ['whole', 'alone', 'deep-supervision', 'distilled'], depths: [1, 2], batchSize: 40, epochs: 4, ...students } })
}

export interface MadeRun {
  readonly way: DistillationWay
  /** Of the student; left out for a way that has none, or one at each depth. */
  readonly depth?: number
  /** Of the library. */
  readonly rear?: number
  readonly seed: number
  readonly status?: Status
  readonly steps?: number
  readonly accuracy?: number
  /** Of the whole chain. */
  readonly wholeAccuracy?: number
  /** Of the students beside the deepest, by depth. */
  readonly others?: Readonly<Record<number, number>>
  readonly stepMs?: number
  readonly ckaAtStart?: number
  readonly cka?: number
  readonly variance?: number
  readonly isCollapsed?: boolean
  readonly predictions?: RunPredictions
  readonly error?: StudiedRun['error']
}

/** A run as the log would have it, 40 examples a step, evaluations as long as the steps before them. */
export function madeRun(config: FeatureDistillationConfig, made: MadeRun): StudiedRun {
  const { way, depth = null, rear = null, seed, status = 'finished', steps = 100, accuracy = 0.8, wholeAccuracy = 0.85, stepMs = 2 } = made
  const id = armId({ way, depth, rear })
  const arm = everyArm(config).find((one) => one.id === id)
  if (arm === undefined) throw new Error(`No arm "${id}" in ${everyArm(config).map((one) => one.id).join(', ')}.`)
  const chain = (cka: number, ended: boolean) => ({
    ...{ 'distillation/cka': cka, 'distillation/cosine': 0.7, 'distillation/front-variance': made.variance ?? 0.5, 'distillation/rear-variance': 0.6, 'distillation/front-rank': 9, 'distillation/rear-rank': 11 },
    ...{ 'whole/validation-accuracy': wholeAccuracy - 0.01, 'whole/validation-loss': 0.4, ...(ended ? { 'whole/test-accuracy': wholeAccuracy } : {}) },
  })
  const at = (step: number, loss: number, ended: boolean): Evaluation => ({
    step,
    examples: step * 40,
    wallMs: step * stepMs * 2,
    values: {
      ...{ 'train/loss': loss, 'validation/loss': loss, 'time/step': stepMs, 'validation/accuracy': accuracy - 0.01, ...(ended ? { 'test/accuracy': accuracy } : {}) },
      ...(isChain(way) ? chain(step === 0 ? (made.ckaAtStart ?? 0.3) : (made.cka ?? 0.9), ended) : {}),
    },
  })
  return {
    id: `run-${id.replaceAll(' ', '-')}-${seed}`,
    key: runKey({ arm: id, seed }),
    config: runConfigOf({ config, facts, arm, seed, startRun: null }),
    status,
    steps,
    examples: steps * 40,
    wallMs: steps * stepMs * 2,
    functionEvaluations: 0,
    censored: null,
    evaluations: [at(0, 2, false), ...(steps > 0 ? [at(steps, 0.5, status === 'finished')] : [])],
    error: made.error ?? null,
    ...(isChain(way) ? { distillation: () => [recordOf(config, made, arm, 0), recordOf(config, made, arm, steps)] } : {}),
    ...(made.predictions === undefined ? {} : { predictions: () => made.predictions ?? null }),
  }
}

function recordOf(config: FeatureDistillationConfig, made: MadeRun, arm: ReturnType<typeof everyArm>[number], step: number): DistillationRecord {
  const depths = studentDepthsOf(arm, config)
  const whole = depthOf(modelOfArm(config, arm))
  const accuracyAt = (depth: number) => made.others?.[depth] ?? made.accuracy ?? 0.8
  return {
    ...{ step, examples: step * 40, wallMs: step },
    exits: [...depths.map((depth) => ({ depth, isWhole: false, validation: { loss: 0.5, accuracy: accuracyAt(depth) } })), { depth: whole, isWhole: true, validation: { loss: 0.4, accuracy: made.wholeAccuracy ?? 0.85 } }],
    pairs: depths.map((depth) => ({ front: depth, rear: whole, weight: 1, loss: 0.1, cka: step === 0 ? 0.2 : 0.8, cosine: 0.6 })),
    features: [...depths, whole].map((depth) => ({ depth, variance: 0.4, effectiveRank: 7 + depth, dimensions: 32 })),
    routes: { front: 1, rear: null, feature: 1, logits: null },
    similarity: [],
    factor: 1,
    isCollapsed: made.isCollapsed ?? false,
  }
}
