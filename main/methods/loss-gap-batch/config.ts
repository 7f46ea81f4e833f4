import { lossGapPolicyConfig, refuseContradictions } from '../../contract/batch-policy-config.ts'
import { datasetConfig } from '../../contract/dataset-config.ts'
import { modelConfig } from '../../contract/model-config.ts'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import { sharedRunConfig, target } from '../../contract/run-config.ts'
import { z } from '../../contract/zod.ts'

/**
 * One way to choose the batch size, trained beside the others:
 *
 * - `controller`: the loss-gap controller, as the config says.
 * - `fixed-small`: the small batch throughout; what the others are held against.
 * - `fixed-large`: the large batch throughout, at the learning rate of the small one.
 * - `fixed-large-scaled`: the large batch with a learning rate scaled in proportion, and a warm-up.
 * - `epoch-doubling`: twice the batch every few epochs (AdaBatch, Devarakonda et al. 2017, arXiv:1712.02029).
 * - `rate-decay`: the small batch, and at the same epochs the learning rate halved instead (Smith et al. 2018, arXiv:1711.00489).
 * - `cabs`, `norm-test`, `noise-scale`: published controllers, see `contract/batch-policy-config.ts`.
 */
export const armName = z.enum(['controller', 'fixed-small', 'fixed-large', 'fixed-large-scaled', 'epoch-doubling', 'rate-decay', 'cabs', 'norm-test', 'noise-scale'])
export type ArmName = z.output<typeof armName>

/** Which ways are trained, how often and for how long; flat, so that the form, the command line and the template can be drawn from it. */
export const comparisonConfig = z
  .strictObject({
    arms: z.array(armName).min(1).max(armName.options.length).default([...armName.options]).describe('ways; to choose the batch size, each trained with every seed'),
    seeds: z.int().min(1).max(20).default(3).describe('runs; of each way, at least 2 for an interval'),
    firstSeed: z.int().min(0).max(2 ** 31 - 100).default(1).describe('seed; the runs of a way take this one and those after it'),
    smallBatch: z.int().min(1).default(32).describe('examples; the fixed small batch, and the first batch of every way that changes it'),
    largeBatch: z.int().min(2).default(1024).describe('examples; the fixed large batch'),
    epochs: z.int().min(1).max(10000).default(12).describe('epochs; of every run'),
    warmupEpochs: z.number().min(0).default(2).describe('epochs; over which the scaled learning rate of the large batch rises'),
    doublingEpochs: z.int().min(1).default(3).describe('epochs; between two doublings of "epoch-doubling", or two halvings of "rate-decay"'),
    theta: z.number().positive().default(1).describe('1; θ of "norm-test", noise allowed in the gradient as a share of its size'),
    smoothing: z.number().min(0).lt(1).default(0.8).describe('1; of "cabs", "norm-test" and "noise-scale": decay of the running means of what is measured at each evaluation'),
    target: target.nullable().prefault({ criterion: 'validation-accuracy', value: 0.85 }).describe('target; when each run first reached it is reported, no run ends there, null for none'),
    confidence: z.number().min(0.5).max(0.99).default(0.95).describe('probability; of the intervals'),
    accuracyTolerance: z.number().min(0).max(1).default(0.01).describe('fraction; of accuracy that the controller may lose against the fixed small batch'),
    currentArm: armName.nullable().default(null).describe('way; that you use today, for what the controller would save, null for none'),
    budgetHours: z.number().min(0).nullable().default(null).describe('hours; the comparison pauses when it has used them, null for no limit'),
    hourlyRate: z.number().min(0).default(0).describe('money per hour; for the cost forecast'),
    parallelRuns: z.int().min(0).max(64).default(0).describe('runs; trained side by side, 0 to choose'),
  })
  .check((context) => {
    const { arms, smallBatch, largeBatch, warmupEpochs, epochs, currentArm, target: wanted } = context.value
    if (new Set(arms).size !== arms.length) {
      context.issues.push({ code: 'custom', message: 'the same way stands twice; write each once', path: ['arms'], input: arms })
    }
    if (smallBatch >= largeBatch) {
      context.issues.push({ code: 'custom', message: `smallBatch ${smallBatch} is not below largeBatch ${largeBatch}; lower it`, path: ['smallBatch'], input: smallBatch })
    }
    if (warmupEpochs > epochs) {
      context.issues.push({ code: 'custom', message: `warmupEpochs ${warmupEpochs} is above epochs ${epochs}; lower it`, path: ['warmupEpochs'], input: warmupEpochs })
    }
    if (currentArm !== null && !arms.includes(currentArm)) {
      context.issues.push({ code: 'custom', message: `currentArm "${currentArm}" is not among the arms; add it there`, path: ['currentArm'], input: currentArm })
    }
    if (wanted !== null && wanted.criterion.startsWith('gradient')) {
      context.issues.push({ code: 'custom', message: 'the target of a comparison is a loss or an accuracy', path: ['target', 'criterion'], input: wanted.criterion })
    }
  })
export type ComparisonConfig = z.output<typeof comparisonConfig>

/** What the runs share, with defaults that tell within a few minutes on two cores: see the README beside this file for what was tried. */
const comparedRunConfig = sharedRunConfig.extend({
  dataset: datasetConfig.prefault({ name: 'fashion-mnist', trainExamples: 10_000, validationExamples: 2_000 }),
  model: modelConfig.prefault({ kind: 'mlp', hidden: [128] }),
  optimizer: optimizerConfig.prefault({ kind: 'sgd', learningRate: 0.1 }),
})

/** A comparison of the loss-gap controller with fixed batch sizes and with published controllers, over seeds. */
export const lossGapBatchConfig = z.strictObject({
  method: z.literal('loss-gap-batch'),
  name: z.string().max(200).default('').describe('text; shown in lists'),
  run: comparedRunConfig.prefault({}),
  controller: lossGapPolicyConfig.check(refuseContradictions).prefault({ kind: 'loss-gap' }),
  comparison: comparisonConfig.prefault({}),
})
export type LossGapBatchConfig = z.output<typeof lossGapBatchConfig>
