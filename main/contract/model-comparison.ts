import { z } from './zod.ts'

export const compareModelsInput = z.strictObject({
  runs: z.tuple([z.string(), z.string()]).describe('runs; whose trained models are compared, of the same data; may be the same one twice'),
  steps: z.tuple([z.int().min(0).nullable(), z.int().min(0).nullable()]).default([null, null]).describe('steps; of the checkpoints that are compared, null for the newest of a run'),
  examples: z.int().min(3).max(4096).default(1024).describe('examples; of the first run’s validation data, or its training data where none is held out; at most as many as there are'),
})

/** One of two trained models whose features are compared. */
export const comparedModel = z.object({
  runId: z.string(),
  /** Of the checkpoint that the weights are of. */
  step: z.int(),
  title: z.string(),
  /** Blocks. */
  depth: z.int(),
  /** Depths at which the run trained a student; empty for a run that does not distil. */
  students: z.array(z.int()),
})
export type ComparedModel = z.output<typeof comparedModel>

/** How alike the features of two trained models are, on the same examples. */
export const modelComparison = z.object({
  models: z.tuple([comparedModel, comparedModel]),
  split: z.enum(['validation', 'train']),
  examples: z.int(),
  /** Linear CKA of the feature after each block of the first model (a row) with that after each of the second (a column). */
  similarity: z.array(z.array(z.number())),
})
export type ModelComparison = z.output<typeof modelComparison>
