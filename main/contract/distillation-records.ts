import { z } from './zod.ts'

const known = z.number().nullable()

/** Loss and accuracy of one exit over the examples of a split; null where the split has none. */
const measured = z.object({ loss: known, accuracy: known })

/** One exit: a student, or the whole chain. */
export const exitReading = z.object({
  /** Blocks that lie before it. */
  depth: z.int(),
  /** True for the whole chain. */
  isWhole: z.boolean(),
  validation: measured,
})
export type ExitReading = z.output<typeof exitReading>

/** How alike the two features of a pair are, on the probe's examples. */
export const pairReading = z.object({
  /** Blocks of the chain, counted from its first. */
  front: z.int(),
  rear: z.int(),
  weight: z.number(),
  loss: z.number(),
  cka: z.number(),
  cosine: known,
})
export type PairReading = z.output<typeof pairReading>

/** How much a feature says: a variance of 0 is a constant. */
export const featureReading = z.object({
  depth: z.int(),
  variance: z.number(),
  effectiveRank: z.number(),
  /** Most that the rank can be. */
  dimensions: z.int(),
})
export type FeatureReading = z.output<typeof featureReading>

/** Norms of the gradients that reach the first extractor's parameters, by where they come from; null where that part is off. */
export const routeReading = z.object({
  /** Task loss of the students. */
  front: known,
  /** Task loss of the whole chain, through the second extractor. */
  rear: known,
  feature: known,
  logits: known,
})
export type RouteReading = z.output<typeof routeReading>

/** What a run that distils tells at an evaluation. */
export const distillationRecord = z.object({
  step: z.int(),
  examples: z.int(),
  wallMs: z.number(),
  exits: z.array(exitReading),
  pairs: z.array(pairReading),
  features: z.array(featureReading),
  routes: routeReading,
  /** CKA of the feature after each block with that after each other, from the first block on. */
  similarity: z.array(z.array(z.number())),
  /** What the weights of features and soft targets are multiplied by. */
  factor: z.number(),
  isCollapsed: z.boolean(),
})
export type DistillationRecord = z.output<typeof distillationRecord>

/** What an exit predicts on the test examples at the end of a run. */
export const exitPredictions = z.object({
  depth: z.int(),
  isWhole: z.boolean(),
  loss: z.number(),
  accuracy: z.number(),
  /** Rows are labels, columns predictions; counts. */
  confusion: z.array(z.array(z.int())),
  /** Predicted class of each example, in the order of the split. */
  predicted: z.array(z.int()),
  /** Largest probability of each example, to three digits. */
  confidence: z.array(z.number()),
})
export type ExitPredictions = z.output<typeof exitPredictions>

/** What all exits of a run predict at its end; one exit, the whole model, for a run that does not distil. */
export const runPredictions = z.object({
  step: z.int(),
  split: z.enum(['test', 'validation']),
  labels: z.array(z.int()),
  exits: z.array(exitPredictions),
})
export type RunPredictions = z.output<typeof runPredictions>
