import { z } from './zod.ts'

/** Which examples something is measured on. */
export const channelStream = z.object({
  /** `training` and `validation` are parts of the run's own data set; the others are the further sets, in the order of the config. */
  kind: z.enum(['training', 'validation', 'labelled', 'unlabelled']),
  /** Place among the sets of its kind, from 0. */
  index: z.int(),
  /** Of the data set, or the domain that the user gave it. */
  title: z.string(),
  examples: z.int(),
})
export type ChannelStream = z.output<typeof channelStream>

/**
 * Correlations between channels, one byte a pair: Base64 of ρ·127 as int8, the upper triangle row by row without its diagonal.
 *
 * Where there are more channels than `MATRIX_CHANNELS`, neighbours were put into groups of `group`, a cell being the mean of |ρ| over its pairs,
 * and the diagonal too is told: the upper triangle with its diagonal.
 */
export const channelMatrix = z.object({ size: z.int(), group: z.int(), values: z.string() })
export type ChannelMatrix = z.output<typeof channelMatrix>

/** More channels than this are told in groups. */
export const MATRIX_CHANNELS = 256

/** What one feature's channels look like on one stream. */
export const tapReading = z.object({
  /** `block` from 1; null for the model's output. */
  block: z.int().nullable(),
  stream: z.int(), // place among the record's streams
  channels: z.int(),
  samples: z.int(),
  dead: z.int(),
  /** Means over pairs of live channels. */
  meanAbsolute: z.number(),
  meanSquared: z.number(),
  effectiveRank: z.number(),
  /** Standard deviations, one a channel. */
  deviations: z.array(z.number()),
  /** Eigenvalues of the correlations, the largest first. */
  spectrum: z.array(z.number()),
  matrix: channelMatrix,
})
export type TapReading = z.output<typeof tapReading>

/** The terms of the loss, numbered as in the source where it numbers them. */
export const lossTerm = z.enum(['task', 'unlabelled', 'labelled', 'variance', 'auxiliary', 'entropy', 'consistency'])
export type LossTerm = z.output<typeof lossTerm>

export const termReading = z.object({
  term: lossTerm,
  /** Mean over the steps since the last evaluation, before its weight; null before the first step. */
  loss: z.number().nullable(),
  /** In force now: of the warm-up too. */
  weight: z.number(),
  /** Norm of its weighted gradient with respect to the model's parameters, on the probe's examples. */
  gradientNorm: z.number().nullable(),
})
export type TermReading = z.output<typeof termReading>

/** Whether a loss comes to its threshold. */
export const completionReading = z.object({
  term: lossTerm,
  threshold: z.number(),
  status: z.enum(['reached', 'open', 'will-not-reach']),
  /** What the loss is heading for, and its standard error; null where nothing is foretold. */
  limit: z.number().nullable(),
  standardError: z.number().nullable(),
})
export type CompletionReading = z.output<typeof completionReading>

/** A change of the learning conditions that the run's course speaks for. */
export const recommendation = z.object({
  /** Why: a sentence of the window for each. Beside it the names of its numbers; those in brackets may be missing. */
  reason: z.enum([
    'will-not-reach', // threshold, limit, standardError, examplesPerClass, [gap: of the accuracies], [share: of its gradient]
    'below-rank-bound', // threshold, bound, samples, [neededSamples: none where there are not as many examples]
    'below-noise-floor', // threshold, floor, samples, [neededSamples]
    'at-noise-floor', // loss, floor, samples
    'overfitting', // validationLoss, leastValidationLoss, gap and gapBefore: of the losses
    'few-labels', // labelledExamples, trainingExamples, labelFraction, gap: of the accuracies
    'dead-channels', // dead, channels, share: of them, [block: none of the output]
    'overweight', // share: of the losses between channels in the gradient, taskShare, taskLoss
    'no-effect', // share, before and loss: its first and last values
  ]),
  /** Of the loss that it is about; null where it is about none. */
  term: lossTerm.nullable(),
  /** The numbers behind the reason, by name. */
  numbers: z.record(z.string(), z.number()),
  /** What to set, by path into the run's config, such as `decorrelation.labelledWeight`; empty where only more data help. */
  changes: z.array(z.object({ path: z.string(), from: z.union([z.number(), z.string(), z.null()]), to: z.union([z.number(), z.string()]) })),
  /** True where more training examples are what helps. */
  wantsData: z.boolean(),
})
export type Recommendation = z.output<typeof recommendation>

/** What a run that decorrelates channels tells at an evaluation. */
export const decorrelationRecord = z.object({
  step: z.int(),
  examples: z.int(),
  wallMs: z.number(),
  /** What the weights of the third and fourth loss are multiplied by. */
  factor: z.number(),
  streams: z.array(channelStream),
  taps: z.array(tapReading),
  terms: z.array(termReading),
  completion: z.array(completionReading),
  recommendations: z.array(recommendation),
})
export type DecorrelationRecord = z.output<typeof decorrelationRecord>
