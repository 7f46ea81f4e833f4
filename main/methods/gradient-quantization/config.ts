import { datasetConfig } from '../../contract/dataset-config.ts'
import { exchangeConfig, fittedConfig, qsgdConfig, sidcoConfig, thresholdConfig } from '../../contract/exchange-config.ts'
import { modelConfig } from '../../contract/model-config.ts'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import { sharedRunConfig } from '../../contract/run-config.ts'
import { z } from '../../contract/zod.ts'

/**
 * One way to send gradients, trained beside the others:
 *
 * - `dense`: every value in full; what the others are held against.
 * - `fitted-…`: the method, with the distribution that it assumes; `fitted-auto` takes the likeliest for each unit.
 * - `top-k`, `random-k`: exactly the largest values, or as many drawn at random.
 * - `threshold`: magnitudes at or above a fixed one. `sidco`: Abdelmoniem et al. 2021, arXiv:2101.10761.
 * - `qsgd`, `terngrad`, `one-bit`: every value, in few bits.
 * - `…-no-memory`: what is not sent is lost. `qsgd` and `terngrad` are right in the mean and never have a memory: with one, QSGD can ruin training.
 * - `…-deltas`: not gradients, but how far each worker has moved its weights in `exchange.localSteps` steps by itself, beside ways that send gradients.
 */
export const quantizationArm = z.enum([
  'dense',
  'fitted-normal',
  'fitted-laplace',
  'fitted-cauchy',
  'fitted-student-t',
  'fitted-auto',
  'top-k',
  'random-k',
  'threshold',
  'sidco',
  'qsgd',
  'terngrad',
  'one-bit',
  'fitted-normal-no-memory',
  'fitted-laplace-no-memory',
  'fitted-cauchy-no-memory',
  'fitted-student-t-no-memory',
  'fitted-auto-no-memory',
  'top-k-no-memory',
  'random-k-no-memory',
  'dense-deltas',
  'fitted-normal-deltas',
  'fitted-laplace-deltas',
  'fitted-cauchy-deltas',
  'fitted-student-t-deltas',
  'fitted-auto-deltas',
  'top-k-deltas',
  'random-k-deltas',
])
export type QuantizationArm = z.output<typeof quantizationArm>

/** How each arm compresses, as far as the arm itself does not say: the settings of the compressors, each where it has one of that name. */
export const compressionConfig = fittedConfig.omit({ kind: true, distribution: true }).extend({
  threshold: thresholdConfig.shape.threshold,
  stages: sidcoConfig.shape.stages,
  levels: qsgdConfig.shape.levels,
})

/** What all arms share of the exchange. Only arms that remember something have the memory. */
export const sharedExchangeConfig = exchangeConfig.omit({ compressor: true }).extend({
  memory: z.enum(['residual', 'window']).default('residual').describe('memory; of the arms that have one: what is not sent stays for later steps, or all is summed up and sent every so many steps'),
})

/** Which arms are trained, how often and for how long; flat, so that the form, the command line and the template can be drawn from it. */
export const quantizationConfig = z
  .strictObject({
    arms: z
      .array(quantizationArm)
      .min(1)
      .max(quantizationArm.options.length)
      .default(['dense', 'fitted-normal', 'fitted-laplace', 'fitted-cauchy', 'fitted-student-t', 'fitted-auto', 'top-k', 'random-k', 'fitted-laplace-no-memory', 'top-k-no-memory', 'random-k-no-memory'])
      .describe('ways; to send gradients, each trained with every seed'),
    seeds: z.int().min(1).max(20).default(3).describe('runs; of each way, at least 2 for an interval'),
    firstSeed: z.int().min(0).max(2 ** 31 - 100).default(1).describe('seed; the runs of a way take this one and those after it'),
    batchSize: z.int().min(2).default(128).describe('examples; per step, of all workers together'),
    epochs: z.int().min(1).max(10000).default(8).describe('epochs; of every run'),
    confidence: z.number().min(0.5).max(0.99).default(0.95).describe('probability; of the intervals'),
    accuracyTolerance: z.number().min(0).max(1).default(0.01).describe('fraction; of accuracy that a way may cost against dense'),
    budgetHours: z.number().min(0).nullable().default(null).describe('hours; the comparison pauses when it has used them, null for no limit'),
    hourlyRate: z.number().min(0).default(0).describe('money per hour; for the cost forecast'),
    parallelRuns: z.int().min(0).max(64).default(0).describe('runs; trained side by side, 0 to choose'),
  })
  .check((context) => {
    const { arms } = context.value
    if (new Set(arms).size !== arms.length) {
      context.issues.push({ code: 'custom', message: 'the same way stands twice; write each once', path: ['arms'], input: arms })
    }
  })
export type QuantizationConfig = z.output<typeof quantizationConfig>

/** What the runs share, with defaults that tell within a few minutes on two cores. */
const quantizedRunConfig = sharedRunConfig.extend({
  dataset: datasetConfig.prefault({ name: 'fashion-mnist', trainExamples: 10_000, validationExamples: 2_000 }),
  model: modelConfig.prefault({ kind: 'mlp', hidden: [128] }),
  optimizer: optimizerConfig.prefault({ kind: 'sgd', learningRate: 0.1 }),
})

/** A comparison of gradients that are quantized by fitted distributions with dense ones and with other compressors, over seeds. */
export const gradientQuantizationConfig = z.strictObject({
  method: z.literal('gradient-quantization'),
  name: z.string().max(200).default('').describe('text; shown in lists'),
  run: quantizedRunConfig.prefault({}),
  exchange: sharedExchangeConfig.prefault({ logEvery: 200 }),
  compression: compressionConfig.prefault({}),
  quantization: quantizationConfig.prefault({}),
})
export type GradientQuantizationConfig = z.output<typeof gradientQuantizationConfig>
