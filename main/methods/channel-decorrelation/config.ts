import { datasetConfig } from '../../contract/dataset-config.ts'
import { decorrelationConfig } from '../../contract/decorrelation-config.ts'
import { modelConfig } from '../../contract/model-config.ts'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import { evaluationConfig, sharedRunConfig } from '../../contract/run-config.ts'
import { z } from '../../contract/zod.ts'

/**
 * One way to train on few labels, beside the others on the same labelled examples:
 *
 * - `supervised`: the task loss alone; what the others are held against.
 * - `3a`, `3b`, `3c`: the figures of the source: task and correlation on unlabelled examples; that and correlation on labelled ones; task and
 *   correlation on labelled examples.
 * - `decov`, `vicreg`: as `3b` with covariances: of DeCov (arXiv:1511.06068), and of VICReg with its hinge on deviations (arXiv:2105.04906).
 */
export const decorrelationWay = z.enum(['supervised', '3a', '3b', '3c', 'decov', 'vicreg'])
export type DecorrelationWay = z.output<typeof decorrelationWay>

/** What a way does not say itself. */
export const sharedDecorrelationConfig = decorrelationConfig.omit({ labelFraction: true, taskThreshold: true, unlabelledThreshold: true, labelledThreshold: true }).extend({
  taskWeight: z.number().positive().max(1e6).default(1).describe('weight; of the task loss on labelled examples (second loss)'),
  unlabelledWeight: z.number().positive().max(1e6).default(0.1).describe('weight; of the correlation on unlabelled examples (third loss), in the ways that have it'),
  labelledWeight: z.number().positive().max(1e6).default(0.1).describe('weight; of the correlation on labelled examples (fourth loss), in the ways that have it'),
})

/** How many labels there are, in which ways they are used, and how often; flat, so that the form, the command line and the template can be drawn from it. */
export const labelsConfig = z
  .strictObject({
    ways: z.array(decorrelationWay).min(1).max(decorrelationWay.options.length).default(['supervised', '3a', '3b', '3c']).describe('ways; to train, each with every fraction and seed'),
    fractions: z.array(z.number().gt(0).max(1)).min(1).max(16).default([0.01, 0.05, 0.1, 1]).describe('fraction; of the training examples whose labels are used'),
    seeds: z.int().min(1).max(20).default(3).describe('runs; of each way and fraction, at least 2 for an interval'),
    firstSeed: z.int().min(0).max(2 ** 31 - 100).default(1).describe('seed; the runs of a way take this one and those after it'),
    batchSize: z.int().min(3).max(65536).default(64).describe('examples; labelled ones, per step'),
    steps: z.int().min(1).default(1500).describe('steps; of every run, whatever its fraction'),
    confidence: z.number().min(0.5).max(0.99).default(0.95).describe('probability; of the intervals'),
    budgetHours: z.number().min(0).nullable().default(null).describe('hours; the comparison pauses when it has used them, null for no limit'),
    hourlyRate: z.number().min(0).default(0).describe('money per hour; for the cost forecast'),
    parallelRuns: z.int().min(0).max(64).default(0).describe('runs; trained side by side, 0 to choose'),
  })
  .check((context) => {
    for (const key of ['ways', 'fractions'] as const) {
      const named: readonly (string | number)[] = context.value[key]
      if (new Set(named).size !== named.length) context.issues.push({ code: 'custom', message: `the same ${key === 'ways' ? 'way' : 'fraction'} stands twice; write each once`, path: [key], input: named })
    }
  })
export type LabelsConfig = z.output<typeof labelsConfig>

/** What the runs share, with defaults that tell within some minutes on two cores. */
const decorrelatedRunConfig = sharedRunConfig.extend({
  dataset: datasetConfig.prefault({ name: 'fashion-mnist' }),
  model: modelConfig.prefault({ kind: 'cnn', channels: [16, 32], kernelSize: 3, dense: 64 }),
  optimizer: optimizerConfig.prefault({ kind: 'adam' }),
  evaluation: evaluationConfig.prefault({ everyExamples: 16_000, trainExamples: 2_000 }),
})

/** The same network on fewer and fewer labels, with and without losses between its channels, over seeds. */
export const channelDecorrelationConfig = z.strictObject({
  method: z.literal('channel-decorrelation'),
  name: z.string().max(200).default('').describe('text; shown in lists'),
  run: decorrelatedRunConfig.prefault({}),
  decorrelation: sharedDecorrelationConfig.prefault({}),
  labels: labelsConfig.prefault({}),
})
export type ChannelDecorrelationConfig = z.output<typeof channelDecorrelationConfig>
