import { z } from './zod.ts'

/** A quantity whose distance from its ideal value a policy watches. Errors are 1 − accuracy. */
export const gapSignal = z.enum(['train-loss', 'validation-loss', 'train-error', 'validation-error'])
export type GapSignal = z.output<typeof gapSignal>

/** The three ways in which a batch size becomes hardware: more devices, a larger micro-batch on those in use, more loops. */
export const lever = z.enum(['devices', 'memory', 'loops'])
export type Lever = z.output<typeof lever>

const leverOrder = (order: readonly [Lever, Lever, Lever]) =>
  z
    .array(lever)
    .length(3)
    .default([...order])
    .check((context) => {
      if (new Set(context.value).size < 3) context.issues.push({ code: 'custom', message: 'name each of devices, memory and loops once', path: [], input: context.value })
    })

/** How a batch size is made of micro-batches, and where. */
export const realisationConfig = z.strictObject({
  devices: z.int().min(1).max(64).default(1).describe('devices; that a run may use: GPUs, or on a machine without one that many virtual CPU devices'),
  devicesAtStart: z.int().min(1).max(64).default(1).describe('devices; in use when the run begins'),
  largestMicroBatch: z.int().min(1).nullable().default(null).describe('examples; on one device at once, null for as many as its memory holds, found by trial steps'),
  memoryLimitMiB: z.number().positive().nullable().default(null).describe('MiB; of a device that a step may take, null for what the device has'),
  memoryMargin: z.number().min(0).max(0.5).default(0.05).describe('fraction; of the memory limit that a trial step must leave free'),
  growOrder: leverOrder(['devices', 'memory', 'loops']).describe('levers; in the order in which they are tried for a larger batch'),
  shrinkOrder: leverOrder(['loops', 'memory', 'devices']).describe('levers; in the order in which they are given back for a smaller batch'),
})
export type RealisationConfig = z.output<typeof realisationConfig>

const shared = {
  batchMin: z.int().min(1).default(8).describe('examples; the batch never becomes smaller'),
  batchMax: z.int().min(1).default(1024).describe('examples; the batch never becomes larger'),
  granularity: z.int().min(1).default(8).describe('examples; batch sizes are whole multiples of it, the two limits excepted'),
  cooldownExamples: z.int().min(0).nullable().default(null).describe('examples; at least between two changes, rollbacks excepted, null for half the training examples'),
  minChange: z.number().min(0).max(1).default(0.05).describe('fraction; of the batch size; a smaller change is not made, answers to divergence excepted'),
  learningRateRule: z.enum(['none', 'linear', 'sqrt', 'adascale']).default('none').describe('rule; learning rate times (batch/first batch)^0, ^1, ^½, or times the AdaScale gain, when the batch changes'),
  realisation: realisationConfig.prefault({}),
}

const threshold = (about: string) => z.number().min(0).nullable().describe(`${about}, null for off`)

/** One batch size from an epoch on. */
export const epochBatch = z.strictObject({
  epoch: z.int().min(0).describe('epoch; counted from 0'),
  batchSize: z.int().min(1).describe('examples; from the beginning of that epoch on'),
})

/**
 * Changes the batch size from the gap between where training is and where it should be.
 *
 * Source: US 10,922,612 B2 family, claims 1 to 19; see `main/methods/loss-gap-batch/README.md`.
 */
export const lossGapPolicyConfig = z.strictObject({
  kind: z.literal('loss-gap'),
  ...shared,
  driver: z.enum(['gap', 'epoch', 'both']).default('gap').describe('driver; the gap, the epoch, or either of them'),
  signals: z.array(gapSignal).min(1).max(4).default(['train-loss']).describe('signals; whose gap is watched'),
  combine: z.enum(['any', 'all']).default('any').describe('rule; any or all of the signals must expect convergence (for divergence any is enough)'),
  idealValue: z.number().nullable().default(null).describe('signal’s unit; where training would be done, null for 0, for a loss with label smoothing its lowest possible value'),

  growWhen: z.enum(['any', 'all']).default('any').describe('rule; any or all of the conditions below that are on'),
  valueBelow: threshold('signal’s unit; the smoothed gap is below this').default(null),
  slopeBelow: threshold('signal’s unit per million examples; the slope of the gap is below this in size').default(null),
  relativeSlopeBelow: threshold('fraction; the gap changes by less than this share of itself over the window').default(null),
  derivativeBelow: threshold('signal’s unit per (million examples)^n; the n-th derivative of the gap is below this in size').default(null),
  derivativeOrder: z.int().min(1).max(4).default(1).describe('1; n, of the derivative'),
  flatT: threshold('1; the slope is not below 0 by more than this many standard errors').default(2),
  gradientNormBelow: threshold('nats per parameter unit; the norm of the step’s weight gradient, smoothed, is below this').default(null),
  noiseCorrection: z.boolean().default(true).describe('yes or no; scale slope, derivative and gradient thresholds by √(first batch/batch), as the noise of the mean loss scales'),
  windowExamples: z.int().min(1).nullable().default(null).describe('examples; the slope and derivatives are fitted to this many, null for 0.4 epochs, or n + 3 updates of the largest batch'),
  halfLifeExamples: z.int().min(1).nullable().default(null).describe('examples; half-life of the smoothed gap, null for 0.1 epochs, or 2 updates of the largest batch'),

  growFactor: z.number().gt(1).max(64).default(2).describe('factor; of a growth'),
  growBy: z.int().min(1).nullable().default(null).describe('examples; added by a growth instead of the factor, null for the factor'),
  shrinkFactor: z.number().gt(0).lt(1).default(0.5).describe('factor; of a shrink, and of the previous epoch’s batch after a rollback'),

  epochStep: z.int().min(1).default(5).describe('epochs; between two growths of the epoch driver, 1 for every epoch'),
  epochTable: z.array(epochBatch).max(100).default([]).describe('table; batch sizes by epoch, instead of growth by a factor'),

  divergeSigma: threshold('1; the smoothed gap is above its best by this many deviations of the window').default(5),
  divergeRatio: threshold('ratio; the smoothed gap is above its best times this, and by 3 deviations of the window').default(2),
  divergeT: threshold('1; the gap rises by more than this many standard errors, to 3 deviations of the window above its best').default(3),
  divergeGradientRatio: threshold('ratio; the gradient norm is above its trailing median times this').default(null),
  onDivergence: z.enum(['auto', 'shrink', 'rollback']).default('auto').describe('answer; reload the previous epoch, or only shrink; auto reloads with the epoch driver; a loss that is not finite always reloads'),
  checkpointsKept: z.int().min(1).max(50).default(3).describe('checkpoints; of the last epochs, to reload from'),
  maxRollbacks: z.int().min(0).max(100).default(3).describe('times; the run fails at one more'),
})
export type LossGapPolicyConfig = z.output<typeof lossGapPolicyConfig>

/** How published policies smooth what they measure at each evaluation. */
const smoothing = z.number().min(0).lt(1).default(0.8).describe('1; decay of the running means of what is measured at each evaluation')

/** B = scale · learning rate · tr Σ / loss. @see Balles et al. 2017, arXiv:1612.05086 */
export const cabsPolicyConfig = z.strictObject({ kind: z.literal('cabs'), ...shared, scale: z.number().positive().default(1).describe('1; c, times the learning rate'), smoothing })
/** B = ⌈tr Σ/(θ²|G|²)⌉. @see Byrd et al. 2012; Lau et al. 2024, arXiv:2402.11215 */
export const normTestPolicyConfig = z.strictObject({ kind: z.literal('norm-test'), ...shared, theta: z.number().positive().default(1).describe('1; θ, noise allowed in the gradient as a share of its size'), smoothing })
/** B = scale · tr Σ/|G|². @see McCandlish et al. 2018, arXiv:1812.06162 */
export const noiseScalePolicyConfig = z.strictObject({ kind: z.literal('noise-scale'), ...shared, scale: z.number().positive().default(1).describe('1; batch size as a multiple of the noise scale'), smoothing })

/** What changes the batch size of a run while it trains. Limits against one another are checked here, against the data when a run is checked. */
export const batchPolicyConfig = z.discriminatedUnion('kind', [lossGapPolicyConfig, cabsPolicyConfig, normTestPolicyConfig, noiseScalePolicyConfig]).check(refuseContradictions)
export type BatchPolicyConfig = z.output<typeof batchPolicyConfig>
export type BatchPolicyKind = BatchPolicyConfig['kind']

/** The check of a policy's limits and conditions against one another; for a schema that holds one policy of the union by itself, too. */
export function refuseContradictions({ value, issues }: { readonly value: BatchPolicyConfig; readonly issues: z.core.$ZodRawIssue[] }): void {
  for (const { path, message, input } of contradictions(value)) issues.push({ code: 'custom', path: [...path], message, input })
}

interface Contradiction {
  readonly path: readonly string[]
  readonly message: string
  readonly input: unknown
}

function contradictions(policy: BatchPolicyConfig): Contradiction[] {
  const { batchMin, batchMax, granularity, realisation } = policy
  const found: Contradiction[] = []
  if (batchMin > batchMax) found.push({ path: ['batchMin'], message: `batchMin ${batchMin} is above batchMax ${batchMax}; lower it`, input: batchMin })
  if (granularity > batchMax) found.push({ path: ['granularity'], message: `granularity ${granularity} is above batchMax ${batchMax}; lower it`, input: granularity })
  if (realisation.devicesAtStart > realisation.devices) {
    found.push({ path: ['realisation', 'devicesAtStart'], message: `devicesAtStart ${realisation.devicesAtStart} is above devices ${realisation.devices}; lower it`, input: realisation.devicesAtStart })
  }
  if ('driver' in policy) found.push(...gapContradictions(policy))
  return found
}

function gapContradictions(policy: LossGapPolicyConfig): Contradiction[] {
  const found: Contradiction[] = []
  const conditions = [policy.valueBelow, policy.slopeBelow, policy.relativeSlopeBelow, policy.derivativeBelow, policy.flatT, policy.gradientNormBelow]
  const grows = policy.driver !== 'gap' || conditions.some((condition) => condition !== null)
  const shrinks = [policy.divergeSigma, policy.divergeRatio, policy.divergeT, policy.divergeGradientRatio].some((condition) => condition !== null)
  if (!grows && !shrinks) found.push({ path: ['driver'], message: 'the batch would never change: turn a condition for growth or for divergence on, or let epochs drive it', input: policy.driver })
  if (policy.divergeRatio !== null && policy.divergeRatio <= 1) found.push({ path: ['divergeRatio'], message: `divergeRatio ${policy.divergeRatio} would call every step a divergence; set it above 1`, input: policy.divergeRatio })
  const epochs = policy.epochTable.map(({ epoch }) => epoch)
  if (epochs.some((epoch, i) => i > 0 && epoch <= (epochs[i - 1] ?? -1))) found.push({ path: ['epochTable'], message: 'the epochs of the table must rise from row to row', input: epochs })
  for (const { batchSize } of policy.epochTable) {
    if (batchSize < policy.batchMin || batchSize > policy.batchMax) found.push({ path: ['epochTable'], message: `the table’s batch size ${batchSize} is outside of ${policy.batchMin} to ${policy.batchMax}`, input: batchSize })
  }
  if (new Set(policy.signals).size < policy.signals.length) found.push({ path: ['signals'], message: 'the same signal stands twice; write each once', input: policy.signals })
  return found
}
