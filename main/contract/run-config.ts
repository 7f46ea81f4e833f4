import { batchPolicyConfig } from './batch-policy-config.ts'
import { datasetConfig } from './dataset-config.ts'
import { decorrelationConfig } from './decorrelation-config.ts'
import { distillationConfig } from './distillation-config.ts'
import { exchangeConfig } from './exchange-config.ts'
import { modelConfig } from './model-config.ts'
import { optimizerConfig, scheduleConfig } from './optimizer-config.ts'
import { z } from './zod.ts'

/** What a target is measured in. The gradient criteria are squared norms of the full training gradient. */
export const criterion = z.enum(['gradient-mean', 'gradient-last', 'gradient-min', 'train-loss', 'validation-loss', 'validation-accuracy'])
export type Criterion = z.output<typeof criterion>

/** A run has reached its target when the criterion is at or below the value (at or above it for an accuracy). */
export const target = z.strictObject({
  criterion: criterion.default('train-loss').describe('criterion; what is compared with the value'),
  value: z.number().positive().default(0.3).describe('criterion’s unit; reached at or below it, for an accuracy at or above it'),
})
export type Target = z.output<typeof target>

export const evaluationConfig = z.strictObject({
  everyExamples: z.int().min(1).nullable().default(null).describe('examples; between two evaluations, null for a tenth of the training examples'),
  when: z
    .enum(['always', 'near-target'])
    .default('always')
    .describe(
      'rule; "always" at each interval; "near-target" leaves out evaluations while the batch losses are far above a train-loss target, up to nine in a row (as "always" for other targets, with dropout, batch norm, a "step" schedule, a batch policy, the full gradient, and in runs that measure the noise scale)',
    ),
  trainExamples: z.int().min(1).nullable().default(null).describe('examples; training examples on which loss, accuracy and gradient are evaluated, the same ones each time; null for all'),
  fullGradient: z.boolean().default(false).describe('yes or no; also compute the norm of the full training gradient (always on where the target needs it)'),
  testAtEnd: z.boolean().default(true).describe('yes or no; evaluate the test examples once, at the end'),
  predictions: z.boolean().default(false).describe('yes or no; also log what is predicted of each test example at the end, of the validation examples where there are no test examples'),
})

/** Examples between two evaluations. */
export function evaluationInterval({ everyExamples }: Pick<z.output<typeof evaluationConfig>, 'everyExamples'>, trainExamples: number): number {
  return everyExamples ?? Math.max(1, Math.floor(trainExamples / EVALUATIONS_PER_EPOCH))
}
const EVALUATIONS_PER_EPOCH = 10

/** The unbiased two-batch estimate of the gradient noise scale, at each evaluation. */
export const noiseScaleConfig = z.strictObject({
  enabled: z.boolean().default(false).describe('yes or no; estimate the gradient noise scale at each evaluation'),
  smallBatch: z.int().min(1).default(32).describe('examples; the small batch of the two-batch estimate'),
  shards: z.int().min(2).max(1024).default(16).describe('shards; the big batch is this many small ones'),
  smoothing: z.number().min(0).lt(1).default(0.9).describe('1; decay of the running means of |G|² and tr Σ, each averaged apart, then divided'),
  smoothnessIterations: z.int().min(0).max(100).default(0).describe('products; of the power iteration for the smoothness L at each evaluation, two gradients each; 0 for none'),
})
export type NoiseScaleConfig = z.output<typeof noiseScaleConfig>

export const computeConfig = z.strictObject({
  device: z.enum(['auto', 'cpu', 'gpu']).default('auto').describe('device; auto takes a GPU where there is one'),
  jit: z.enum(['auto', 'on', 'off']).default('auto').describe('XLA; auto measures both once for a model and batch size, keeps the faster and records which'),
  stepsPerCall: z.int().min(0).max(256).default(0).describe('steps; unrolled into one call of TensorFlow, 0 to choose by model and batch size'),
})
export type ComputeConfig = z.output<typeof computeConfig>

const shared = {
  dataset: datasetConfig.prefault({}),
  model: modelConfig.prefault({ kind: 'mlp' }),
  optimizer: optimizerConfig.prefault({ kind: 'sgd' }),
  schedule: scheduleConfig.prefault({}),
  labelSmoothing: z.number().min(0).lt(1).default(0).describe('fraction; of each label spread over all classes'),
  evaluation: evaluationConfig.prefault({}),
  noiseScale: noiseScaleConfig.prefault({}),
  checkpointEveryExamples: z.int().min(1).nullable().default(null).describe('examples; between two checkpoints, null for the number of training examples'),
  compute: computeConfig.prefault({}),
}

/** What all runs of a study have in common: everything but batch size, seed and stop. */
export const sharedRunConfig = z.strictObject(shared)
export type SharedRunConfig = z.output<typeof sharedRunConfig>

/** One training, complete: with the code's version and the seed it says everything that decides the result. */
export const runConfig = z.strictObject({
  name: z.string().max(200).default('').describe('text; shown in lists'),
  ...shared,
  batchSize: z.int().min(1).default(64).describe('examples; per step'),
  batchPolicy: batchPolicyConfig.nullable().default(null).describe('policy; changes the batch size while the run trains, null for a fixed one'),
  exchange: exchangeConfig.nullable().default(null).describe('exchange; data-parallel workers that send each other their gradients, null for one that trains alone'),
  distillation: distillationConfig.nullable().default(null).describe('distillation; trains the first blocks of the model towards the feature of the rest, null for a model that trains whole'),
  decorrelation: decorrelationConfig.nullable().default(null).describe('decorrelation; trains the channels of features to repeat each other less, on labelled and unlabelled examples, null for a run without'),
  seed: z.int().min(0).max(2 ** 31 - 1).default(1).describe('seed; of the initial weights, the order of the examples and dropout'),
  maxExamples: z.int().min(1).nullable().default(null).describe('examples; the run ends here, null for 10 epochs'),
  target: target.nullable().default(null).describe('target; the run ends where it is reached, null for none'),
})
export type RunConfig = z.output<typeof runConfig>
export type RunConfigInput = z.input<typeof runConfig>
