import { ratio, spread } from '../../contract/spread.ts'
import { z } from '../../contract/zod.ts'
import { distillationWay } from './config.ts'

const known = z.number().nullable()

/** What a network costs. What the engine was not asked for, or cannot say, is null. */
export const networkCost = z.object({
  parameters: z.int(),
  /** Of one example's forward pass. */
  macs: z.number(),
  /** For one example at inference: parameters and the activations that are alive at once, at most. */
  memoryBytes: z.number(),
  /** One example, measured: median and 95th percentile of 100. */
  latencyMs: known,
  latencyP95Ms: known,
})
export type NetworkCost = z.output<typeof networkCost>

/** How alike the student's feature and the second extractor's are, and how much each says. */
export const likeness = z.object({ cka: known, cosine: known, frontVariance: known, rearVariance: known, frontRank: known, rearRank: known })
export type Likeness = z.output<typeof likeness>

/** One exit of a run: a student, or the whole stack. */
export const exitResult = z.object({
  /** Blocks before it. */
  depth: z.int(),
  isWhole: z.boolean(),
  /** Of the test examples at the end; of the validation examples, at the last evaluation, where those were not evaluated. */
  accuracy: known,
  validationAccuracy: known,
  testAccuracy: known,
  validationLoss: known,
  /** Of a student in a chain, at the first evaluation, before any step, and at the last one; null for another exit. */
  likenessAtStart: likeness.nullable(),
  likenessAtEnd: likeness.nullable(),
})
export type ExitResult = z.output<typeof exitResult>

/** One run of the comparison, whatever became of it. What the log does not say is null. */
export const distilledRun = z.object({
  /** Null where it has not been made. */
  runId: z.string().nullable(),
  /** Its way with depth and second extractor, such as `distilled depth=2 rear=4`: all seeds of it have the same. */
  arm: z.string(),
  way: distillationWay,
  /** Of its student; null for the whole stack, and for a run with a student at each depth. */
  depth: z.int().nullable(),
  /** Blocks of the second extractor behind its student, the deepest where there are several; null for a run without one. */
  rear: z.int().nullable(),
  seed: z.int(),
  status: z.enum(['done', 'running', 'queued', 'failed', 'stopped']),
  /** Why it failed, or why it could not be made; null for a run that went well. One plain English sentence. */
  problem: z.string().nullable(),
  /** In the order of their depths, the whole stack last. */
  exits: z.array(exitResult),
  steps: z.int(),
  examples: z.int(),
  /** Training time, evaluations excluded. */
  wallMs: z.number(),
  /** Of a step, evaluations excluded. */
  stepMs: known,
  isCollapsed: z.boolean(),
})
export type DistilledRun = z.output<typeof distilledRun>

/** Against the student trained alone, by the interval over the seeds. */
export const standing = z.enum([
  'better', // all of the interval lies above 0
  'not-worse', // all of it lies above minus the tolerance
  'worse', // all of it lies below 0
  'undecided',
])
export type Standing = z.output<typeof standing>

/** One student that came of one way, or the whole stack: means over the seeds that are done. */
export const distilledStudent = z.object({
  /** Such as `distilled depth=2`; for a run with several students, its way and the student's depth. */
  id: z.string(),
  way: distillationWay,
  /** Of the student; of the whole stack for `whole`. */
  depth: z.int(),
  /** Blocks of its second extractor; null without one. */
  rear: z.int().nullable(),
  /** True where the second extractor is one of the library, not the rest of the model. */
  isFromLibrary: z.boolean(),
  /** Null where nobody has looked, as in a study that was logged without the shape of its data. */
  cost: networkCost.nullable(),
  /** Of training it: parameters, gradients and slots of the optimizer, stored activations, second extractor and projector included. */
  trainingMemoryBytes: known,
  /** Of one example through student and second extractor. */
  trainingMacs: known,
  runs: z.int(),
  done: z.int(),
  failed: z.int(),
  accuracy: spread.nullable(),
  validationAccuracy: spread.nullable(),
  testAccuracy: spread.nullable(),
  validationLoss: spread.nullable(),
  /** Accuracy minus that of the student of this depth trained alone, over the seeds that both have; null for `alone` and `whole`. */
  gain: spread.nullable(),
  standing: standing.nullable(),
  /** Accuracy minus that of deep supervision without anything drawn towards anything, and the id of that student; null without it. */
  gainOverSupervision: spread.nullable(),
  control: z.string().nullable(),
  /** Of the way from `alone` to `whole`, the share that this student has made: 1 is as good as the whole stack. Null where there is no way to make. */
  gapClosed: known,
  /** Accuracy of the whole stack of its runs minus its own. */
  rearGain: spread.nullable(),
  ckaAtStart: spread.nullable(),
  cka: spread.nullable(),
  cosine: spread.nullable(),
  frontVariance: spread.nullable(),
  rearVariance: spread.nullable(),
  frontRank: spread.nullable(),
  rearRank: spread.nullable(),
  collapsed: z.int(),
  wallMs: spread.nullable(),
  stepMs: spread.nullable(),
  /** To the step of the whole stack; null for that one. */
  stepMsRatio: ratio.nullable(),
})
export type DistilledStudent = z.output<typeof distilledStudent>

export const limitName = z.enum(['memory', 'macs', 'latency', 'accuracy'])
export type LimitName = z.output<typeof limitName>

/** One of several to choose from. */
export const candidate = z.object({
  id: z.string(),
  parameters: z.int(),
  memoryBytes: z.number(),
  macs: z.number(),
  latencyMs: known,
  /** Fraction; null where it has not been trained. */
  accuracy: known,
})
export type Candidate = z.output<typeof candidate>

export const judgedCandidate = candidate.extend({
  verdict: z.enum(['selected', 'within', 'rejected']),
  /** Limits that it breaks, or of which it is not known whether it does. */
  breaks: z.array(limitName),
  unknown: z.array(limitName),
})
export type JudgedCandidate = z.output<typeof judgedCandidate>

/** What is chosen of some candidates, and why. */
export const decision = z.object({
  objective: z.enum(['accuracy', 'memory', 'macs', 'latency']),
  limits: z.object({ memoryBytes: known, macs: known, latencyMs: known, accuracy: known }),
  candidates: z.array(judgedCandidate),
  /** Null where none is within the limits, or none of those has been trained. */
  chosen: z.string().nullable(),
  /** Where none is within: the limits that are in the way, and the candidate that breaks them by the least share. */
  binding: z.array(limitName),
  nearest: z.string().nullable(),
  /** Candidates that no other one equals in both and beats in one, in the order of the first. */
  pareto: z.object({ memory: z.array(z.string()), macs: z.array(z.string()), latency: z.array(z.string()) }),
})
export type Decision = z.output<typeof decision>

/** Choice of the second extractor of a student. */
export const rearDecision = z.object({ way: distillationWay, depth: z.int(), decision })
export type RearDecision = z.output<typeof rearDecision>

/** error = scale · parameters^−exponent, by least squares on the logarithms; the interval of the exponent is Student’s over those of the seeds one by one. */
export const sizeLaw = z.object({
  way: distillationWay,
  points: z.array(z.object({ depth: z.int(), parameters: z.number(), error: z.number(), deviation: known, n: z.int() })),
  fit: z
    .object({
      scale: z.number(),
      exponent: z.number(),
      low: known,
      high: known,
      /** Error that no size takes away; null where the law without it is as good. */
      floor: known,
      /** Share of the variance of log error that it explains. */
      r2: z.number(),
    })
    .nullable(),
  /** Why there is no fit. */
  reason: z.enum(['few-sizes', 'no-error', 'no-costs']).nullable(),
})
export type SizeLaw = z.output<typeof sizeLaw>

/** Leaving a run's stack at the first exit that is sure enough: means over the seeds. */
export const earlyExit = z.object({
  arm: z.string(),
  way: distillationWay,
  seeds: z.int(),
  /** Depths at which an example may leave, the whole stack last. */
  depths: z.array(z.int()),
  points: z.array(
    z.object({
      /** Confidence at or above which an example leaves. */
      threshold: z.number(),
      accuracy: z.number(),
      /** Of an example, heads that were asked in vain included; null without costs. */
      macs: known,
      /** Share of the examples that leave at each depth. */
      shares: z.array(z.number()),
    }),
  ),
})
export type EarlyExit = z.output<typeof earlyExit>

/** What the comparison says. Translated by the window, with the numbers in its facts. */
export const distillationVerdictCode = z.enum([
  'pending', // facts: ended, runs
  'no-alone', // no student trained alone, or none of its runs ended well; facts: failed
  'nothing-compared', // no other student has a run that ended well with a seed of its depth alone; facts: failed
  // From here on facts are way (judged), tolerance, and depths, comma-separated, in better, notWorse, worse and undecided; with best, bestDepth, bestGain, gapClosed.
  'single-seed', // no interval: all depths are in undecided
  'better', // at every depth
  'some-better', // at some depth
  'not-worse', // better at none, not worse at every
  'worse', // better at none, worse at some
  'undecided',
])
export type DistillationVerdictCode = z.output<typeof distillationVerdictCode>

/** What is to be known about the comparison. Translated by the window, with the numbers and names in its facts. */
export const distillationWarningCode = z.enum([
  'failed-runs', // facts: arm, count, total, reason
  'collapsed', // facts: arm, count, total
  'no-rear-gain', // nothing to distil: the whole stack is not better than its student; facts: arm, gain
  'alike-at-start', // the second extractor is near the identity before training; facts: arm, cka
  'supervision-explains', // the gain over deep supervision alone is not told from 0; facts: student, gain, overSupervision
  'no-supervision', // deep supervision is not among the ways, or has no run that ended well; facts: way
  'no-candidate', // none within the limits; facts: limits, nearest
  'latency-unknown', // a limit or the objective is a latency, and none has been measured
  'rears-left-out', // second extractors beyond the limits of training; facts: depth, rears
  'more-training', // runs of this way start from trained ones, so they have seen the examples of both; facts: way, from
  'single-seed',
  'one-rate', // one learning rate for all ways
  'batch-norm', // exits and passes of a batch share its statistics
])
export type DistillationWarningCode = z.output<typeof distillationWarningCode>

/** The numbers and names in a sentence, for those who write it in another language. */
const facts = z.record(z.string(), z.union([z.number(), z.string()]))
export type DistillationFacts = z.output<typeof facts>

export const featureDistillationReport = z.object({
  method: z.literal('feature-distillation'),
  studyId: z.string().nullable(),
  /** Blocks of the whole stack. */
  wholeDepth: z.int(),
  runs: z.array(distilledRun),
  /** In the order of the config: ways, then depths, then second extractors. */
  students: z.array(distilledStudent),
  /** Among all students, those trained alone included and the whole stack left out. */
  decision,
  /** One for each way and student with more than one second extractor. */
  rearDecisions: z.array(rearDecision),
  sizeLaws: z.array(sizeLaw),
  earlyExits: z.array(earlyExit),
  /** `reason` is plain English. */
  verdict: z.object({ code: distillationVerdictCode, reason: z.string(), facts }),
  spent: z.object({ examples: z.number(), hours: z.number(), money: z.number() }),
  warnings: z.array(z.object({ code: distillationWarningCode, message: z.string(), facts })),
})
export type FeatureDistillationReport = z.output<typeof featureDistillationReport>
