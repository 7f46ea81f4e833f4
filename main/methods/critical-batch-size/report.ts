import { criterion } from '../../contract/run-config.ts'
import { z } from '../../contract/zod.ts'

const interval = z.object({ low: z.number(), high: z.number() })
/** y at each x, with a pointwise confidence band where one could be computed. */
const curve = z.object({ batchSize: z.array(z.number()), value: z.array(z.number()), low: z.array(z.number()).nullable(), high: z.array(z.number()).nullable() })

/** One run, read against the target. */
export const sweepPoint = z.object({
  runId: z.string().nullable(),
  batchSize: z.int(),
  seed: z.int(),
  /** K: steps to the target, between two evaluations by interpolation; null when censored or not there yet. */
  steps: z.number().nullable(),
  /** N = K·b: examples to the target, the stochastic gradient evaluations (SFO). */
  examples: z.number().nullable(),
  /** Line-search forward evaluations up to the crossing. */
  functionEvaluations: z.number().nullable(),
  /** Training time to the crossing, or to where a censored run was given up: evaluations excluded where the log has the time of a step. */
  wallMs: z.number().nullable(),
  censored: z.boolean(),
  /** Steps where a censored run was given up. */
  censoredAtSteps: z.number().nullable(),
  learningRate: z.number().nullable(),
  /** `tuning`: a learning rate that was tried and not taken; shown apart and in no fit. */
  role: z.enum(['sweep', 'tuning']),
  status: z.enum(['done', 'running', 'queued', 'failed', 'stopped']),
})
export type SweepPoint = z.output<typeof sweepPoint>

/** The points of one batch size together. */
export const batchSummary = z.object({
  batchSize: z.int(),
  runs: z.int(),
  reached: z.int(),
  censored: z.int(),
  meanSteps: z.number().nullable(),
  sdSteps: z.number().nullable(),
  meanExamples: z.number().nullable(),
  sdExamples: z.number().nullable(),
  meanWallMs: z.number().nullable(),
  stepMs: z.number().nullable(),
  /** True when its interval needs no more seeds. */
  settled: z.boolean(),
  inFit: z.boolean(),
})
export type BatchSummary = z.output<typeof batchSummary>

/** The two laws of the literature, and ours that holds both. */
export const lawName = z.enum(['iiduka', 'mccandlish', 'combined'])
export type LawName = z.output<typeof lawName>

/** A law fitted to K(b). */
export const lawFit = z.object({
  law: lawName,
  /**
   * iiduka: K = C1·b/(ε²b − C2), fitted as 1/K = a − s/b: `a`, `s`, `b0` = s/a, `criticalBatchSize` = 2s/a.
   * mccandlish: K = S_min(1 + B_c/b): `minSteps`, `bend` = B_c.
   * combined: K = S(1 + B/b)/(1 − b0/b): `limitSteps` = S, `bend` = B, `b0`, `criticalBatchSize` = b0(1 + √(1 + B/b0)).
   */
  constants: z.record(z.string(), z.number()),
  /** Corrected Akaike criterion on log K; the smaller, the better. Null with too few points. */
  aicc: z.number().nullable(),
  /** Root mean square error of log K, each batch size left out in turn. */
  crossValidation: z.number().nullable(),
  steps: curve,
  examples: curve,
})
export type LawFit = z.output<typeof lawFit>

/** Why there is no estimate, or what to be careful about. Translated by the window. */
export const verdictCode = z.enum([
  'interior-minimum', // b* inside the swept range
  'edge-minimum', // the smallest N is at an end of the range
  'extrapolated', // the fit puts b* outside the range
  'no-interior-minimum', // the law without a minimum fits better
  'no-critical-batch', // steps fall at least as fast as 1/b (N never rises), or not at all (s ≤ 0)
  'too-few-points', // fewer than 3 batch sizes reached the target
  'no-point-reached', // every run was censored
  'pending', // the sweep has not got there
])
export type VerdictCode = z.output<typeof verdictCode>

/** What a warning is about. Translated by the window, with the numbers in its facts. */
export const warningCode = z.enum([
  'censored', // facts: count, total
  'partly-censored', // facts: sizes
  'failed-runs', // facts: count, total
  'met-before-training',
  'not-logged',
  'sparse-evaluations', // facts: sizes
  'single-seed',
  'misfit',
  'combined-law',
  'pinned',
  'undecided',
  'large-for-data', // facts: sizes, examples
  'criterion', // facts: criterion
  'generalization',
  'batch-norm',
  'one-rate',
  'tuning-edge', // facts: sizes
  'noise-scale',
  'step-too-large', // facts: product
  'estimate-is-noise-scale',
  'estimate-from-search',
])
export type WarningCode = z.output<typeof warningCode>

/** What the gate goes by. Translated by the window, with the numbers in its facts. */
export const gateReasonCode = z.enum([
  'not-started',
  'over-budget', // facts: hours, budget
  'estimating',
  'sweeping', // facts: ended, runs
  'minimum-inside',
  'no-minimum', // facts: verdict
  'interval-unbounded',
  'interval-narrow', // facts: ratio, allowed
  'interval-wide', // facts: ratio, allowed
  'saving-unknown', // facts: size
  'saving-enough', // facts: size, share, wanted
  'saving-small', // facts: size, share, wanted
  'measured-elsewhere',
])
export type GateReasonCode = z.output<typeof gateReasonCode>

/** The numbers and names in a sentence, for those who write it in another language. */
export const sentenceFacts = z.record(z.string(), z.union([z.number(), z.string(), z.array(z.number())]))
export type SentenceFacts = z.output<typeof sentenceFacts>

export const criticalBatchSizeReport = z.object({
  method: z.literal('critical-batch-size'),
  studyId: z.string().nullable(),
  /** Null for points measured elsewhere, whose target is not known. */
  target: z.object({ criterion, value: z.number() }).nullable(),
  points: z.array(sweepPoint),
  batches: z.array(batchSummary),
  criticalBatchSize: z.object({
    estimate: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    verdict: verdictCode,
    /** One plain English sentence. */
    reason: z.string(),
    intervalMethod: z.enum(['bootstrap', 'fieller', 'profile']).nullable(),
  }),
  /** Below it the law never reaches the target (b0); null where the law does not hold. */
  asymptote: z.number().nullable(),
  /** Batch sizes whose N is within 20 % of the smallest. */
  efficientRange: interval.nullable(),
  /** Smallest batch size that reaches the target soonest in wall time, of those swept. */
  timeOptimalBatchSize: z.number().nullable(),
  fits: z.array(lawFit),
  preferredLaw: lawName.nullable(),
  /** 1/K against 1/b, with the line and the residuals. */
  linearised: z.object({ x: z.array(z.number()), y: z.array(z.number()), fitted: z.array(z.number()), batchSize: z.array(z.number()) }).nullable(),
  noiseScale: z
    .object({
      /** B_simple = tr Σ/|G|², each averaged apart. */
      value: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      gradientSquared: z.number().nullable(),
      trace: z.number().nullable(),
      /** b* predicted before the sweep, and from what. */
      predictedCriticalBatchSize: z.number().nullable(),
      smoothness: z.number().nullable(),
      ratioToMeasured: z.number().nullable(),
    })
    .nullable(),
  saving: z.object({ currentBatchSize: z.int(), examplesShare: z.number().nullable(), timeShare: z.number().nullable() }).nullable(),
  gate: z.object({
    stage: z.enum(['small', 'medium', 'production']),
    status: z.enum(['not-started', 'estimating', 'sweeping', 'confirmed', 'refuted', 'over-budget']),
    /** Plain English sentences. */
    reasons: z.array(z.string()),
    /** The same reasons in the same order, as codes. */
    details: z.array(z.object({ code: gateReasonCode, facts: sentenceFacts })),
  }),
  spent: z.object({ examples: z.number(), hours: z.number(), money: z.number() }),
  /** Things to know about the data: censored share, edge of the grid, batch norm, fallback steps and the like. */
  warnings: z.array(z.object({ code: warningCode, message: z.string(), facts: sentenceFacts })),
})
export type CriticalBatchSizeReport = z.output<typeof criticalBatchSizeReport>
