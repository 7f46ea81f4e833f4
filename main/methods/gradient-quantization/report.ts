import { exchangeConfig } from '../../contract/exchange-config.ts'
import { ratio, spread } from '../../contract/spread.ts'
import { z } from '../../contract/zod.ts'
import { quantizationArm } from './config.ts'

const known = z.number().nullable()

/** Where the time of a step goes, in ms, at the steps where it was logged; null where it was not. */
const parts = z.object({ compute: known, fit: known, encode: known, transfer: known, update: known })

/** One run of the comparison, whatever became of it. What the log does not say is null. */
export const quantizedRun = z.object({
  /** Null where it has not been made. */
  runId: z.string().nullable(),
  arm: quantizationArm,
  seed: z.int(),
  status: z.enum(['done', 'running', 'queued', 'failed', 'stopped']),
  /** Why it failed; null for a run that went well. One plain English sentence. */
  problem: z.string().nullable(),
  /** Of the test examples at the end; of the validation examples, at the last evaluation, where those were not evaluated. */
  accuracy: known,
  validationAccuracy: known,
  testAccuracy: known,
  trainLoss: known,
  steps: z.int(),
  examples: z.int(),
  /** Training time, evaluations excluded. */
  wallMs: z.number(),
  /** Of a step, evaluations excluded. */
  stepMs: known,
  parts,
  /** Sent by a worker in all steps together, encoded; mean over the workers. */
  bytesUp: known,
  /** Received by a worker, likewise. */
  bytesDown: known,
  bytesUpPerStep: known,
  bytesDownPerStep: known,
  /** Share of the compressed values that was to be sent, and that was sent: means over the exchanges. */
  askedRatio: known,
  keptRatio: known,
  /** Sent over asked: 1 is as wanted. Null for a compressor that is not asked for a share. */
  achievedRatio: known,
  /** Steps that exchanged compressed values: each one, or the last of every window or of the steps that workers take by themselves. */
  exchanges: z.int(),
  /** Of these, those in which no worker sent any of the compressed values. */
  emptySteps: z.int(),
  /** |sent − values| / |values|, and the cosine between what is sent and the gradient or weight delta: means over the logged steps. */
  relativeError: known,
  cosine: known,
})
export type QuantizedRun = z.output<typeof quantizedRun>

/** Against dense, by the interval over the seeds: surely at most the tolerance, surely more, or these seeds do not tell. */
export const armCost = z.enum(['within', 'costs', 'undecided'])
export type ArmCost = z.output<typeof armCost>

/** The runs of one arm together: means over those that are done, and how many are not among them. */
export const quantizedArm = z.object({
  arm: quantizationArm,
  runs: z.int(),
  done: z.int(),
  failed: z.int(),
  accuracy: spread.nullable(),
  validationAccuracy: spread.nullable(),
  testAccuracy: spread.nullable(),
  trainLoss: spread.nullable(),
  /** Accuracy minus that of dense, over the seeds that both have. */
  accuracyGain: spread.nullable(),
  /** Null for dense, and without an interval. */
  cost: armCost.nullable(),
  /** Of an arm without memory: accuracy minus that of the same arm with one, over the seeds that both have. */
  gainWithoutMemory: spread.nullable(),
  bytesUp: spread.nullable(),
  bytesDown: spread.nullable(),
  bytesUpPerStep: spread.nullable(),
  bytesDownPerStep: spread.nullable(),
  /** How many times more bytes dense sends, and receives; null for dense. */
  compressionUp: ratio.nullable(),
  compressionDown: ratio.nullable(),
  askedRatio: spread.nullable(),
  keptRatio: spread.nullable(),
  achievedRatio: spread.nullable(),
  /** Share of the exchanges in which nothing was sent. */
  emptyShare: spread.nullable(),
  relativeError: spread.nullable(),
  cosine: spread.nullable(),
  stepMs: spread.nullable(),
  /** To the step of dense; null for dense. */
  stepMsRatio: ratio.nullable(),
  parts,
})
export type QuantizedArm = z.output<typeof quantizedArm>

/** What the comparison says. Translated by the window, with the numbers in its facts. */
export const quantizationVerdictCode = z.enum([
  'pending', // facts: ended, runs
  'no-dense', // dense is not among the arms, or none of its runs ended well; facts: failed
  'nothing-compared', // no other arm has a run that ended well with a seed of dense; facts: failed
  // From here on facts are tolerance, and the names of arms, comma-separated, in within, costs, undecided and withoutMemory.
  'single-seed', // no interval: all compared arms are in undecided
  'all-within', // every arm surely costs at most the tolerance
  'some-within', // some do; with best, bestFactor, bestGain
  'none-within', // all surely cost more
  'undecided', // none surely costs at most the tolerance, and of some these seeds do not tell
])
export type QuantizationVerdictCode = z.output<typeof quantizationVerdictCode>

/** What is to be known about the comparison. Translated by the window, with the numbers and names in its facts. */
export const quantizationWarningCode = z.enum([
  'failed-runs', // facts: arm, count, total, reason
  'empty-steps', // facts: arm, count (most of a run), share (of all exchanges)
  'misfit', // sent over asked is outside of the band; facts: arm, achieved, low, high
  'single-seed',
  'one-rate', // one learning rate for all arms
  'batch-norm', // each worker normalises its share by itself
])
export type QuantizationWarningCode = z.output<typeof quantizationWarningCode>

/** The numbers and names in a sentence, for those who write it in another language. */
const facts = z.record(z.string(), z.union([z.number(), z.string()]))
export type QuantizationFacts = z.output<typeof facts>

export const gradientQuantizationReport = z.object({
  method: z.literal('gradient-quantization'),
  studyId: z.string().nullable(),
  workers: z.int(),
  ratio: z.number(),
  /** What the ways compress; those named so send weight deltas in any case. */
  target: exchangeConfig.shape.target,
  /** That workers take by themselves before they send weight deltas; null where no way sends them. */
  localSteps: z.int().nullable(),
  runs: z.array(quantizedRun),
  /** In the order of the config. */
  arms: z.array(quantizedArm),
  /** `reason` is plain English. */
  verdict: z.object({ code: quantizationVerdictCode, reason: z.string(), facts }),
  spent: z.object({ examples: z.number(), hours: z.number(), money: z.number() }),
  warnings: z.array(z.object({ code: quantizationWarningCode, message: z.string(), facts })),
})
export type GradientQuantizationReport = z.output<typeof gradientQuantizationReport>
