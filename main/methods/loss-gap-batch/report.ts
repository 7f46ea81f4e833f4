import { criterion } from '../../contract/run-config.ts'
import { ratio, spread } from '../../contract/spread.ts'
import { z } from '../../contract/zod.ts'
import { armName } from './config.ts'

export type { Ratio, Spread } from '../../contract/spread.ts'

/** When a run first reached the target, between two evaluations by interpolation. */
const arrival = z.object({
  /** Updates made until then, discarded ones included. */
  updates: z.number(),
  /** Examples computed on until then, discarded ones included. */
  examples: z.number(),
  /** Training time until then, evaluations excluded. */
  wallMs: z.number(),
})

/** One run of the comparison, whatever became of it. */
export const comparedRun = z.object({
  /** Null where it has not been made. */
  runId: z.string().nullable(),
  arm: armName,
  seed: z.int(),
  status: z.enum(['done', 'running', 'queued', 'failed', 'stopped']),
  /** Why it failed, or that its loss is not finite any more; null for a run that went well. One plain English sentence. */
  problem: z.string().nullable(),
  /** At its last evaluation. */
  validationAccuracy: z.number().nullable(),
  validationLoss: z.number().nullable(),
  trainLoss: z.number().nullable(),
  /** Once, at the end. */
  testAccuracy: z.number().nullable(),
  updates: z.int(),
  examples: z.int(),
  /** Training time, evaluations excluded. */
  wallMs: z.number(),
  toTarget: arrival.nullable(),
  /** Growths and shrinks that were made, rollbacks not counted. */
  batchChanges: z.int(),
  rollbacks: z.int(),
  finalBatch: z.int(),
})
export type ComparedRun = z.output<typeof comparedRun>

const ratios = z.object({ updates: ratio.nullable(), examples: ratio.nullable(), wallMs: ratio.nullable(), updatesToTarget: ratio.nullable(), examplesToTarget: ratio.nullable(), wallMsToTarget: ratio.nullable() })

/** The runs of one arm together: means over those that are done, and how many are not among them. */
export const comparedArm = z.object({
  arm: armName,
  learningRate: z.number().nullable(),
  firstBatch: z.int(),
  runs: z.int(),
  done: z.int(),
  failed: z.int(),
  /** Of those done, with the target reached; null without a target. */
  reached: z.int().nullable(),
  validationAccuracy: spread.nullable(),
  testAccuracy: spread.nullable(),
  validationLoss: spread.nullable(),
  trainLoss: spread.nullable(),
  updates: spread.nullable(),
  examples: spread.nullable(),
  wallMs: spread.nullable(),
  updatesToTarget: spread.nullable(),
  examplesToTarget: spread.nullable(),
  wallMsToTarget: spread.nullable(),
  batchChanges: spread.nullable(),
  rollbacks: spread.nullable(),
  finalBatch: spread.nullable(),
  /** To the fixed small batch; null for itself, or where it was not trained. */
  ratios: ratios.nullable(),
  /** Test accuracy, or validation accuracy where it was not evaluated, minus that of the fixed small batch, over the seeds that both have. */
  accuracyGain: spread.nullable(),
})
export type ComparedArm = z.output<typeof comparedArm>

/** What the comparison says of the controller. Translated by the window, with the numbers in its facts. */
export const comparisonVerdictCode = z.enum([
  'pending', // facts: ended, runs
  'no-controller', // the controller is not among the arms, or none of its runs ended well; facts: failed
  'no-baseline', // the fixed small batch is not among the arms, or none of its runs ended well; facts: failed
  // From here on facts are updatesRatio, accuracyGain, tolerance and, where known, updatesLow, updatesHigh, gainLow, gainHigh, timeRatio, updatesToTargetRatio, examplesToTargetRatio.
  'single-seed', // no interval
  'better', // as accurate, and surely fewer updates
  'alike', // as accurate, and the interval of the ratio holds 1
  'dearer', // as accurate, and surely more updates
  'less-accurate', // surely loses more accuracy than is tolerated
  'accuracy-undecided', // whether it loses more than is tolerated, these seeds do not tell
])
export type ComparisonVerdictCode = z.output<typeof comparisonVerdictCode>

/** What is to be known about the comparison. Translated by the window, with the numbers and names in its facts. */
export const comparisonWarningCode = z.enum([
  'failed-runs', // facts: arm, count, total, reason
  'target-missed', // facts: arm, count, total
  'never-changed', // a way that changes the batch did not; facts: arm, count, total
  'at-largest', // facts: arm, batchMax
  'rolled-back', // facts: arm, count, total
  'single-seed',
  'one-rate', // one learning rate for all arms
  'batch-norm', // accumulation over micro-batches is not one large batch
])
export type ComparisonWarningCode = z.output<typeof comparisonWarningCode>

/** The numbers and names in a sentence, for those who write it in another language. */
const facts = z.record(z.string(), z.union([z.number(), z.string()]))
export type ComparisonFacts = z.output<typeof facts>

export const lossGapBatchReport = z.object({
  method: z.literal('loss-gap-batch'),
  studyId: z.string().nullable(),
  target: z.object({ criterion, value: z.number() }).nullable(),
  runs: z.array(comparedRun),
  /** In the order of the config. */
  arms: z.array(comparedArm),
  /** `reason` is one plain English sentence. */
  verdict: z.object({ code: comparisonVerdictCode, reason: z.string(), facts }),
  /** What the controller takes of what the way used today takes; null where none is named, or nothing is known. */
  saving: z.object({ currentArm: armName, updates: ratio.nullable(), examples: ratio.nullable(), wallMs: ratio.nullable() }).nullable(),
  spent: z.object({ examples: z.number(), hours: z.number(), money: z.number() }),
  warnings: z.array(z.object({ code: comparisonWarningCode, message: z.string(), facts })),
})
export type LossGapBatchReport = z.output<typeof lossGapBatchReport>
