import { datasetConfig } from '../../contract/dataset-config.ts'
import { modelConfig } from '../../contract/model-config.ts'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import { evaluationConfig, sharedRunConfig, target } from '../../contract/run-config.ts'
import { z } from '../../contract/zod.ts'

/**
 * A sweep over batch sizes and seeds that asks how large the batch should be.
 *
 * `run` is what all its runs share; `sweep` is flat, so that the form, the command line and the template can be drawn from it.
 */
export const sweepConfig = z
  .strictObject({
    batchSizes: z.array(z.int().min(1)).min(4).max(24).default([8, 16, 32, 64, 128, 256, 512, 1024]).describe('examples; the batch sizes of the sweep, at least 4'),
    minSeeds: z.int().min(1).max(20).default(2).describe('runs; at each batch size, at least'),
    maxSeeds: z.int().min(1).max(20).default(3).describe('runs; at each batch size, at most'),
    seedPrecision: z.number().gt(0).max(1).default(0.1).describe('fraction; a batch size takes no more seeds once the standard error of K is below this share of K'),
    firstSeed: z.int().min(0).max(2 ** 31 - 100).default(1).describe('seed; the runs of a batch size take this one and those after it'),
    target: target.prefault({ criterion: 'train-loss', value: 0.4 }),
    maxExamples: z.int().min(1).nullable().default(null).describe('examples; a run that has not reached the target by then is censored, null for 50 epochs'),
    learningRateRule: z.enum(['optimizer', 'linear', 'sqrt', 'tuned']).default('optimizer').describe('rule; as the optimizer says, coupled to the batch size, or the best of a grid for each batch size'),
    tuningGrid: z.array(z.number().positive()).max(20).default([0.03, 0.1, 0.3, 1]).describe('1; learning rates tried by "tuned" at each batch size, with the first seed'),
    referenceBatchSize: z.int().min(1).default(64).describe('examples; where "linear" and "sqrt" leave the learning rate as written'),
    estimateFirst: z.boolean().default(true).describe('yes or no; estimate the critical batch size from the gradient noise scale before the sweep'),
    bootstrap: z.int().min(100).max(10000).default(1000).describe('samples; of the bootstrap over seeds'),
    confidence: z.number().min(0.5).max(0.99).default(0.95).describe('probability; of the intervals'),
    fitFrom: z.int().min(1).nullable().default(null).describe('examples; smallest batch size in the fit, null for all'),
    fitTo: z.int().min(1).nullable().default(null).describe('examples; largest batch size in the fit, null for all'),
    currentBatchSize: z.int().min(1).nullable().default(64).describe('examples; the batch size you use today, for the saving'),
    stage: z.enum(['small', 'medium', 'production']).default('small').describe('stage; of the walk from a small trial to production'),
    previousStudy: z.string().min(1).nullable().default(null).describe('study; the earlier stage whose estimate this one verifies'),
    gateIntervalRatio: z.number().gt(1).default(2).describe('ratio; the gate opens when the interval’s high end is at most this many times its low end'),
    gateSaving: z.number().min(0).max(1).default(0.1).describe('fraction; the gate opens when b* saves at least this share of the examples'),
    budgetHours: z.number().min(0).nullable().default(null).describe('hours; the sweep pauses when it has used them, null for no limit'),
    hourlyRate: z.number().min(0).default(0).describe('money per hour; for the cost forecast'),
    stopHopeless: z.boolean().default(true).describe('yes or no; a batch size whose first seed ends without the target takes no more seeds'),
    parallelRuns: z.int().min(0).max(64).default(0).describe('runs; trained side by side, 0 to choose'),
  })
  .check((context) => {
    const sizes = context.value.batchSizes
    if (new Set(sizes).size !== sizes.length) {
      context.issues.push({ code: 'custom', message: 'the same batch size stands twice; write each once', path: ['batchSizes'], input: sizes })
    }
    if (context.value.minSeeds > context.value.maxSeeds) {
      context.issues.push({ code: 'custom', message: `minSeeds ${context.value.minSeeds} is above maxSeeds ${context.value.maxSeeds}; lower it`, path: ['minSeeds'], input: context.value.minSeeds })
    }
    if (context.value.learningRateRule === 'tuned' && context.value.tuningGrid.length === 0) {
      context.issues.push({ code: 'custom', message: 'the rule "tuned" needs at least one learning rate to try', path: ['tuningGrid'], input: context.value.tuningGrid })
    }
  })
export type SweepConfig = z.output<typeof sweepConfig>

/**
 * What the runs share, with defaults that show a minimum on Fashion-MNIST within a minute or two on two cores: see the README beside
 * this file for what was tried. A part that is given takes the defaults of its own schema.
 */
const sweptRunConfig = sharedRunConfig.extend({
  dataset: datasetConfig.prefault({ name: 'fashion-mnist', trainExamples: 10_000, validationExamples: 2_000 }),
  model: modelConfig.prefault({ kind: 'mlp', hidden: [128] }),
  optimizer: optimizerConfig.prefault({ kind: 'sgd', learningRate: 0.2 }),
  // The same K as with each evaluation, sooner.
  evaluation: evaluationConfig.prefault({ when: 'near-target' }),
})

export const criticalBatchSizeConfig = z.strictObject({
  method: z.literal('critical-batch-size'),
  name: z.string().max(200).default('').describe('text; shown in lists'),
  run: sweptRunConfig.prefault({}),
  sweep: sweepConfig.prefault({}),
})
export type CriticalBatchSizeConfig = z.output<typeof criticalBatchSizeConfig>
