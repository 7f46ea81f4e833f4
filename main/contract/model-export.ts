import { datasetConfig } from './dataset-config.ts'
import { modelConfig } from './model-config.ts'
import { z } from './zod.ts'

/** Forms that a trained model is written in: TensorFlow's own, and that of TensorFlow.js for `tf.loadGraphModel`. */
export const exportFormat = z.enum(['saved-model', 'tfjs'])
export type ExportFormat = z.output<typeof exportFormat>

const fraction = z.number()

/** What lies beside an exported model: where it comes from, what it takes and gives, what it costs, and how well it does. */
export const modelCard = z.object({
  title: z.string(),
  /** UTC, ISO 8601. */
  createdAt: z.string(),
  run: z.object({
    id: z.string(),
    name: z.string(),
    /** Of the checkpoint that the weights are of. */
    step: z.int(),
    examples: z.int(),
    configHash: z.string(),
  }),
  model: z.object({
    config: modelConfig,
    /** Blocks before the head. */
    depth: z.int(),
    /** False for a student: the first blocks of the run's model with a head of their own. */
    isWhole: z.boolean(),
    parameters: z.int(),
    /** Of parameters and running statistics, float32. */
    bytes: z.int(),
    macsPerExample: z.number(),
    /** Kept for the backward pass of one example, float32: an estimate. */
    activationBytesPerExample: z.number(),
  }),
  /** float32; -1 stands for a batch of any size. Raw values: the normalisation is a part of the graph. */
  input: z.object({ name: z.string(), shape: z.array(z.int()) }),
  outputs: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })),
  /** In the order of the outputs. */
  classNames: z.array(z.string()),
  dataset: z.object({ name: z.string(), title: z.string(), hash: z.string() }),
  /** (x − offset)·scale: one number, one a feature, or one a channel. */
  normalization: z.object({ offset: z.array(z.number()), scale: z.array(z.number()) }),
  accuracy: z.object({
    split: z.enum(['test', 'validation', 'train']),
    examples: z.int(),
    /** As the run logged it at the checkpoint's step; null where it logged none for this depth. */
    logged: fraction.nullable(),
    /** Measured again with the files that were written. */
    measured: z.array(z.object({ format: exportFormat, accuracy: fraction })),
    /** Whether all measured ones equal the logged one up to the rounding of few examples; null where nothing was logged. */
    agrees: z.boolean().nullable(),
  }),
  files: z.array(z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })),
  versions: z.object({ loupe: z.string(), tensorflow: z.string(), tfjs: z.string() }),
})
export type ModelCard = z.output<typeof modelCard>

export const exportModelInput = z.strictObject({
  runId: z.string(),
  depth: z.int().min(0).nullable().default(null).describe('blocks; null for the first student, or the whole model of a run that does not distil'),
  formats: z.array(exportFormat).min(1).default(['saved-model', 'tfjs']).describe('formats; which to write'),
})

export const exportModelOutput = z.object({
  /** Absolute. */
  path: z.string(),
  card: modelCard,
})

export const measureModelInput = z.strictObject({
  model: modelConfig,
  dataset: datasetConfig.prefault({}),
  depths: z.array(z.int().min(0)).min(1).nullable().default(null).describe('blocks; null for every depth of the model'),
  batchSizes: z.array(z.int().min(1).max(65536)).min(1).max(8).default([1, 64]).describe('examples; of a call'),
})

/** What one call of a model takes at one batch size: 100 of them, after a warm-up. */
export const latency = z.object({
  batchSize: z.int(),
  medianMs: z.number(),
  p95Ms: z.number(),
  /** Most that a call took at one time beside the parameters. */
  peakBytes: z.number().nullable(),
  threads: z.int(),
  parallelOps: z.int(),
})

export const measureModelOutput = z.object({
  /** TensorFlow's name of it. */
  device: z.string(),
  depths: z.array(
    z.object({
      depth: z.int(),
      isWhole: z.boolean(),
      title: z.string(),
      parameters: z.int(),
      /** Of parameters and running statistics, float32. */
      bytes: z.int(),
      macsPerExample: z.number(),
      /** Kept for the backward pass of one example, float32: an estimate. */
      activationBytes: z.number(),
      latency: z.array(latency),
    }),
  ),
})
