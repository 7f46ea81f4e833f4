import { datasetConfig } from '../../contract/dataset-config.ts'
import { distillationConfig } from '../../contract/distillation-config.ts'
import { modelConfig } from '../../contract/model-config.ts'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import { evaluationConfig, sharedRunConfig } from '../../contract/run-config.ts'
import { z } from '../../contract/zod.ts'

/**
 * One way to come by a small model, trained beside the others:
 *
 * - `whole`: the whole stack, trained as any model is; the teacher that the others are held against from above.
 * - `alone`: a student trained by itself; what the others are held against from below.
 * - `deep-supervision`: student and whole stack trained together, and nothing drawn towards anything: the control for what an exit alone does.
 * - `distilled`: the method; the student's feature is drawn towards that of the second extractor stacked on it.
 * - `soft-targets`, `distilled-soft-targets`: the logits of the whole stack instead of its feature, or beside it.
 * - `self-distillation`: all students as exits of one stack, features and soft targets of its last one (Zhang et al. 2019, arXiv:1905.08094).
 * - `deep-supervision-exits`: the same exits without either; the control of `self-distillation`.
 * - `pretrained`: `distilled`, with the student that was trained alone as the first extractor's beginning.
 * - `frozen-rear`: `distilled`, with the second extractor of the trained whole stack, which does not train.
 * - `second-round`: `distilled` once more, from the student that came of `distilled`, with a second extractor of another length (each of `rearDepths`).
 */
export const distillationWay = z.enum(['whole', 'alone', 'deep-supervision', 'distilled', 'soft-targets', 'distilled-soft-targets', 'self-distillation', 'deep-supervision-exits', 'pretrained', 'frozen-rear', 'second-round'])
export type DistillationWay = z.output<typeof distillationWay>

const depths = (max: number) => z.array(z.int().min(1).max(96)).max(max)
const limit = () => z.number().positive().nullable().default(null)

/** What is drawn towards what, as far as a way does not say it itself. */
export const sharedDistillationConfig = distillationConfig.omit({ students: true, frontInit: true, rearInit: true }).extend({
  featureWeight: z.number().positive().max(1e6).default(1).describe('weight; of the feature loss, in the ways that have one'),
  logitWeight: z.number().positive().max(1e6).default(1).describe('weight; of the soft targets, in the ways that have them'),
  warmupEpochs: z.number().min(0).default(1).describe('epochs; over which the weights of features and soft targets rise from 0'),
})

/** Which students are trained in which ways, and how one of them is chosen; flat, so that the form, the command line and the template can be drawn from it. */
export const studentsConfig = z
  .strictObject({
    ways: z
      .array(distillationWay)
      .min(1)
      .max(distillationWay.options.length)
      .default(['whole', 'alone', 'deep-supervision', 'distilled', 'soft-targets', 'self-distillation', 'deep-supervision-exits'])
      .describe('ways; to train a student, each with every depth and seed'),
    depths: depths(16).min(1).default([1, 2, 3]).describe('blocks; of each student, counted from the first block of the model'),
    rearDepths: depths(8).default([]).describe('blocks; lengths of further second extractors to stack on each student and choose from, beside the rest of the model'),
    seeds: z.int().min(1).max(20).default(3).describe('runs; of each way and depth, at least 2 for an interval'),
    firstSeed: z.int().min(0).max(2 ** 31 - 100).default(1).describe('seed; the runs of a way take this one and those after it'),
    batchSize: z.int().min(1).default(64).describe('examples; per step'),
    epochs: z.int().min(1).max(10000).default(8).describe('epochs; of every run'),
    confidence: z.number().min(0.5).max(0.99).default(0.95).describe('probability; of the intervals'),
    accuracyTolerance: z.number().min(0).max(1).default(0.01).describe('fraction; of accuracy that a student may lose against one trained alone and still count as not worse'),
    objective: z.enum(['accuracy', 'memory', 'macs', 'latency']).default('accuracy').describe('objective; by which one is chosen of those within the limits'),
    maxMemoryMiB: limit().describe('MiB; that a student may take for one example at inference, null for no limit'),
    maxMegaMacs: limit().describe('million multiply-accumulates; that a student may take for one example, null for no limit'),
    maxLatencyMs: limit().describe('ms; that a student may take for one example, median, null for no limit'),
    minAccuracy: z.number().gt(0).max(1).nullable().default(null).describe('fraction; accuracy that a student must have, null for no limit'),
    maxTrainingMemoryMiB: limit().describe('MiB; that training with a second extractor may take, null for no limit; longer ones are not trained'),
    maxTrainingMegaMacs: limit().describe('million multiply-accumulates; that student and second extractor together may take for one example, null for no limit; longer ones are not trained'),
    measureLatency: z.boolean().default(true).describe('yes or no; measure how long each student takes for one example, median and 95th percentile of 100'),
    budgetHours: z.number().min(0).nullable().default(null).describe('hours; the comparison pauses when it has used them, null for no limit'),
    hourlyRate: z.number().min(0).default(0).describe('money per hour; for the cost forecast'),
    parallelRuns: z.int().min(0).max(64).default(0).describe('runs; trained side by side, 0 to choose'),
  })
  .check((context) => {
    const { ways } = context.value
    for (const key of ['ways', 'depths', 'rearDepths'] as const) {
      const named: readonly (string | number)[] = context.value[key]
      if (new Set(named).size !== named.length) {
        context.issues.push({ code: 'custom', message: `the same ${key === 'ways' ? 'way' : 'depth'} stands twice; write each once`, path: [key], input: named })
      }
    }
    if (ways.includes('second-round') && context.value.rearDepths.length === 0) {
      context.issues.push({ code: 'custom', message: '"second-round" trains with second extractors of other lengths; name some in rearDepths, or leave it out', path: ['rearDepths'], input: [] })
    }
    for (const way of ways) {
      const needed = startOf(way)
      if (needed !== null && !ways.includes(needed)) {
        context.issues.push({ code: 'custom', message: `"${way}" starts from runs of "${needed}"; add that way, or leave "${way}" out`, path: ['ways'], input: ways })
      }
    }
  })
export type StudentsConfig = z.output<typeof studentsConfig>

/** The way whose runs one begins with; null for a way that begins at random. */
export function startOf(way: DistillationWay): DistillationWay | null {
  if (way === 'pretrained') return 'alone'
  if (way === 'second-round') return 'distilled'
  return way === 'frozen-rear' ? 'whole' : null
}

/** What the runs share, with defaults that tell within a few minutes on two cores. */
const distilledRunConfig = sharedRunConfig.extend({
  dataset: datasetConfig.prefault({ name: 'fashion-mnist', trainExamples: 10_000, validationExamples: 2_000 }),
  model: modelConfig.prefault({ kind: 'vit', patchSize: 7, width: 32, depth: 4 }),
  optimizer: optimizerConfig.prefault({ kind: 'adam' }),
  evaluation: evaluationConfig.prefault({ everyExamples: 10_000, trainExamples: 2_000, predictions: true }),
})

/** Students of several sizes, distilled from the stack that they are the beginning of, beside those trained alone, over seeds. */
export const featureDistillationConfig = z.strictObject({
  method: z.literal('feature-distillation'),
  name: z.string().max(200).default('').describe('text; shown in lists'),
  run: distilledRunConfig.prefault({}),
  distillation: sharedDistillationConfig.prefault({}),
  students: studentsConfig.prefault({}),
})
export type FeatureDistillationConfig = z.output<typeof featureDistillationConfig>
