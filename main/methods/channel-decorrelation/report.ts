import { ratio, spread } from '../../contract/spread.ts'
import { z } from '../../contract/zod.ts'
import { decorrelationWay } from './config.ts'

const known = z.number().nullable()

/** What a run, or the mean of an arm, says in numbers. What the log does not say is null. */
const quantities = <Value extends z.ZodType>(value: Value) => ({
  /** Of the test examples at the end; of the validation examples, at the last evaluation, where those were not evaluated. */
  accuracy: value,
  testAccuracy: value,
  validationAccuracy: value,
  validationLoss: value,
  /** Over the labelled examples in use. */
  trainAccuracy: value,
  trainLoss: value,
  /** Train accuracy minus validation accuracy: what was learnt by heart. */
  accuracyGap: value,
  /** Validation loss minus train loss. */
  lossGap: value,
  /** Third and fourth loss before their weights, over the steps before the last evaluation; null for a way without. */
  unlabelledLoss: value,
  labelledLoss: value,
  /** Of the first feature on validation examples: mean |ρ| between live channels, effective rank, dead channels, mean standard deviation of a channel. */
  meanCorrelation: value,
  effectiveRank: value,
  deadChannels: value,
  meanDeviation: value,
  /** Mean |ρ| on examples of the first unlabelled set; null for a way that does not train on them. */
  unlabelledMeanCorrelation: value,
  /** Of a step, evaluations excluded, in ms. */
  stepMs: value,
})

/** One run of the comparison, whatever became of it. */
export const decorrelatedRun = z.object({
  /** Null where it has not been made. */
  runId: z.string().nullable(),
  /** Its way with its fraction, such as `3b labels=0.01`: all seeds of it have the same. */
  arm: z.string(),
  way: decorrelationWay,
  fraction: z.number(),
  seed: z.int(),
  status: z.enum(['done', 'running', 'queued', 'failed', 'stopped']),
  /** Why it failed; null for a run that went well. One plain English sentence. */
  problem: z.string().nullable(),
  ...quantities(known),
  steps: z.int(),
  examples: z.int(),
  /** Training time, evaluations excluded. */
  wallMs: z.number(),
})
export type DecorrelatedRun = z.output<typeof decorrelatedRun>

/** Accuracy against supervised training on as many labels, by the interval over the seeds. */
export const decorrelationStanding = z.enum([
  'better', // all of the interval lies above 0
  'worse', // all of it lies below 0
  'not-shown', // 0 is in it: these seeds show no difference
])
export type DecorrelationStanding = z.output<typeof decorrelationStanding>

/** Gap of accuracies between training and validation, against supervised. */
export const gapStanding = z.enum(['smaller', 'larger', 'not-shown'])
export type GapStanding = z.output<typeof gapStanding>

/** Variance of the channels, against supervised: a correlation is to leave it alone, a covariance also falls as channels shrink. */
export const varianceStanding = z.enum([
  'kept', // all of the interval lies at or above VARIANCE_KEPT
  'shrunk', // all of it lies below
  'not-shown',
])
export type VarianceStanding = z.output<typeof varianceStanding>

/** Share of the supervised variance that a way must leave. */
export const VARIANCE_KEPT = 0.8

/** One way with one fraction of the labels: means over the seeds that are done. */
export const decorrelatedArm = z.object({
  id: z.string(),
  way: decorrelationWay,
  fraction: z.number(),
  /** Training examples whose labels are used. */
  labels: z.int(),
  runs: z.int(),
  done: z.int(),
  failed: z.int(),
  ...quantities(spread.nullable()),
  /** Minus what supervised training has, or over it, by the seeds that both have; null for `supervised`, and where there is no such seed. */
  against: z
    .object({
      pairs: z.int(),
      accuracy: spread.nullable(),
      validationLoss: spread.nullable(),
      accuracyGap: spread.nullable(),
      lossGap: spread.nullable(),
      meanCorrelation: spread.nullable(),
      effectiveRank: spread.nullable(),
      deadChannels: spread.nullable(),
      /** Square of the mean deviation, over that of supervised. */
      variance: ratio.nullable(),
      stepMs: ratio.nullable(),
    })
    .nullable(),
  /** These three are null for `supervised`, and without an interval. */
  standing: decorrelationStanding.nullable(),
  gapStanding: gapStanding.nullable(),
  varianceStanding: varianceStanding.nullable(),
})
export type DecorrelatedArm = z.output<typeof decorrelatedArm>

/** What independent channels are measured as, by chance alone. */
export const noiseFloor = z.object({
  /** Of the training steps, and of the probe on which channels are looked at. */
  stream: z.enum(['labelled', 'unlabelled', 'probe']),
  /** Place among the unlabelled sets, from 0. */
  index: z.int(),
  samples: z.int(),
  /** E ρ² = 1/(N − 1). */
  meanSquared: z.number(),
  /** E |ρ|. */
  meanAbsolute: z.number(),
})
export type NoiseFloor = z.output<typeof noiseFloor>

/** What the comparison says. Translated by the window, with the numbers in its facts. */
export const decorrelationVerdictCode = z.enum([
  'pending', // facts: ended, runs
  'no-supervised', // supervised is not among the ways, or none of its runs ended well; facts: failed
  'nothing-compared', // no other way has a run that ended well with a seed of supervised on as many labels; facts: failed
  // From here on facts are comparisons (how many), and ids of arms, comma-separated, in better, worse, notShown, smallerGap, largerGap, shrunk; with best and bestGain.
  'single-seed', // no interval: all arms are in notShown
  // helps, mixed and hurts count what still lies off 0 in intervals widened for all comparisons (Bonferroni).
  'helps', // better somewhere, worse nowhere
  'mixed', // better somewhere, worse elsewhere
  'hurts', // worse somewhere, better nowhere
  'within-chance', // better or worse somewhere, but nowhere in widened intervals
  'no-difference', // none is shown anywhere
])
export type DecorrelationVerdictCode = z.output<typeof decorrelationVerdictCode>

/** What is to be known about the comparison. Translated by the window, with the numbers and names in its facts. */
export const decorrelationWarningCode = z.enum([
  'failed-runs', // facts: arm, count, total, reason
  'single-seed',
  'many-comparisons', // intervals that exclude 0 by chance; facts: comparisons, byChance
  'few-labels', // fewer than 10 labelled examples of a class on average; facts: fraction, labels, classes
  'one-draw', // the labels are the same for all seeds; facts: splitSeed
  'all-labelled', // with every label in use the unlabelled examples are the labelled ones; facts: fraction
  'noise-floor', // the loss is at or below what chance makes of independent channels at its batch; facts: arm, term, loss, floor, batchSize
  'small-batch', // chance alone makes a mean |ρ| above 0.2; facts: stream, samples, floor
  'shrunk', // variance below what it must keep; facts: arm, variance, limit
  'dead-channels', // dead ones on average, more than supervised has; facts: arm, dead, supervised
  'low-rank', // effective rank falls below that of supervised though the correlation falls too; facts: arm, rank
  'other-terms', // ways on unlabelled data also have other losses that supervised has not; facts: terms
  'weights-differ', // weights of correlations and covariances are not comparable; facts: ways
  'long-warm-up', // most of the steps are in it; facts: warmupSteps, steps
  'one-rate', // one learning rate and one weight for all fractions and ways
  'batch-norm', // streams share statistics
])
export type DecorrelationWarningCode = z.output<typeof decorrelationWarningCode>

/** The numbers and names in a sentence, for those who write it in another language. */
const facts = z.record(z.string(), z.union([z.number(), z.string()]))
export type DecorrelationFacts = z.output<typeof facts>

export const channelDecorrelationReport = z.object({
  method: z.literal('channel-decorrelation'),
  studyId: z.string().nullable(),
  /** Of the intervals. */
  confidence: z.number(),
  runs: z.array(decorrelatedRun),
  /** In the order of the config: fractions, then ways. */
  arms: z.array(decorrelatedArm),
  /** Empty where samples of one example are compared with each other: those are not independent. */
  noiseFloors: z.array(noiseFloor),
  /** `reason` is plain English. */
  verdict: z.object({ code: decorrelationVerdictCode, reason: z.string(), facts }),
  spent: z.object({ examples: z.number(), hours: z.number(), money: z.number() }),
  warnings: z.array(z.object({ code: decorrelationWarningCode, message: z.string(), facts })),
})
export type ChannelDecorrelationReport = z.output<typeof channelDecorrelationReport>
