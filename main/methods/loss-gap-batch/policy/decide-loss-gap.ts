import type { GapSignal, LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { BatchDecision, ConditionReading, DecisionPoint, PolicyStatus } from '../../../contract/batch-policy.ts'
import { grownBatch, shrunkBatch } from './batch-sizes.ts'
import { divergeGradientReadings, divergeReadings, growConditions, growGradientReadings, growReadings, noiseCorrection } from './conditions.ts'
import { epochBatchSize, type EpochReference } from './epoch-law.ts'
import type { GradientTrack } from './gradient-track.ts'
import type { PolicyFacts, PolicyLengths } from './policy-facts.ts'
import { decidingText, figure } from './reasons.ts'
import type { SignalTrack } from './signal-track.ts'

/** A value that was not finite: training cannot go on from there. */
export interface BrokenValue {
  readonly what: string
  readonly value: string
  readonly position: number
}

/** Everything that a decision depends on. */
export interface LossGapView {
  readonly config: LossGapPolicyConfig
  readonly facts: PolicyFacts
  readonly lengths: PolicyLengths
  readonly tracks: ReadonlyMap<GapSignal, SignalTrack>
  readonly gradient: GradientTrack
  readonly broken: BrokenValue | null
  /** Position of the last change or rollback. */
  readonly lastChange: number | null
  readonly reference: EpochReference
}

interface Growing {
  readonly isExpected: boolean
  /** True where a condition that is on cannot be judged yet. */
  readonly isWaiting: boolean
  readonly readings: readonly ConditionReading[]
}

/**
 * Decides about the batch size.
 *
 *     a value is not finite        roll back, whatever else
 *     divergence is expected       roll back, once there is an epoch to go back to; or shrink, once the cooldown is over
 *     within the cooldown          keep
 *     the epoch law has moved      change to it
 *     convergence is expected      grow
 *     else                         keep
 */
export function decideLossGap(view: LossGapView, point: DecisionPoint): BatchDecision {
  const { config, tracks, gradient, broken } = view
  const growing = expectConvergence(view, point)
  const diverging = divergeGradientReadings(config, gradient)
  for (const [signal, track] of tracks) for (const reading of divergeReadings({ config, signal, track })) diverging.push(reading)
  const readings = growing.readings.concat(diverging)
  if (broken !== null) return rollbackFromBroken(broken, readings)
  const met = countMet(diverging) > 0 ? diverging.filter((reading) => reading.isMet) : []
  const keep = (status: PolicyStatus): BatchDecision => ({ kind: 'keep', status, readings })
  const isCooling = isCoolingDown(view, point)
  if (met.length > 0) {
    const deciding = { trigger: met[0]!.condition, readings }
    const why = decidingText({ readings: met, config, smoothed: smoothedOf(view, met) })
    if (answersByRollback(config) && point.epoch > 0) return { ...deciding, kind: 'rollback', reason: why }
    if (isCooling) return keep('cooling-down')
    const batchSize = shrunkBatch(point.batchSize, config)
    if (batchSize >= point.batchSize) return keep('at-min')
    return { ...deciding, kind: 'shrink', batchSize, reason: why }
  }
  if (isCooling) return keep('cooling-down')
  const byEpoch = decideByEpoch(view, point, readings)
  if (byEpoch !== null) return byEpoch
  const batchSize = grownBatch(point.batchSize, config)
  if (!isWorthIt(config, point.batchSize, batchSize)) return keep('at-max')
  if (!growing.isExpected) return keep(growing.isWaiting ? 'waiting-for-window' : 'armed')
  const growths = growing.readings.filter((reading) => reading.isMet)
  const reason = decidingText({ readings: growths, config, smoothed: smoothedOf(view, growths) })
  return { kind: 'grow', batchSize, trigger: triggerOf(config, growths), reason, readings }
}

/** True where an answer to divergence that is not about NaN reloads a checkpoint. */
export function answersByRollback({ onDivergence, driver }: Pick<LossGapPolicyConfig, 'onDivergence' | 'driver'>): boolean {
  return onDivergence === 'rollback' || (onDivergence === 'auto' && driver !== 'gap')
}

function expectConvergence({ config, facts, lengths, tracks, gradient }: LossGapView, { batchSize }: DecisionPoint): Growing {
  if (config.driver === 'epoch') return { isExpected: false, isWaiting: false, readings: [] }
  const correction = noiseCorrection(config, { firstBatch: facts.firstBatch, batchSize })
  const shared = growGradientReadings(config, gradient, correction)
  const conditions = growConditions(config)
  const readings: ConditionReading[] = []
  let [expected, isWaiting] = [0, false]
  for (const [signal, track] of tracks) {
    const own = growReadings({ config, signal, track, window: lengths.window, correction })
    const met = countMet(own) + countMet(shared)
    if (config.growWhen === 'any' ? met > 0 : conditions > 0 && met === conditions) expected += 1
    if (own.length + shared.length < conditions) isWaiting = true
    for (const reading of own) readings.push(reading)
  }
  for (const reading of shared) readings.push(reading)
  return { isExpected: config.combine === 'any' ? expected > 0 : expected === tracks.size, isWaiting, readings }
}

function countMet(readings: readonly ConditionReading[]): number {
  let met = 0
  for (const reading of readings) if (reading.isMet) met += 1
  return met
}

function decideByEpoch({ config, facts, reference }: LossGapView, { epoch, batchSize }: DecisionPoint, readings: readonly ConditionReading[]): BatchDecision | null {
  if (config.driver === 'gap') return null
  const wanted = epochBatchSize({ config, firstBatch: facts.firstBatch, epoch, reference })
  if (!isWorthIt(config, batchSize, wanted)) return null
  const isTable = config.epochTable.length > 0
  const law = isTable ? 'by the table of epochs' : `by ${config.growBy === null ? `a factor of ${figure(config.growFactor)}` : `${config.growBy} examples`} every ${config.epochStep === 1 ? 'epoch' : `${config.epochStep} epochs`}`
  return { kind: wanted > batchSize ? 'grow' : 'shrink', batchSize: wanted, trigger: isTable ? 'epochTable' : 'epochStep', reason: `epoch ${epoch} is done, and the batch changes from ${batchSize} to ${wanted} ${law}`, readings, numbers: { epoch } }
}

function rollbackFromBroken({ what, value, position }: BrokenValue, readings: readonly ConditionReading[]): BatchDecision {
  const reading: ConditionReading = { condition: 'notFinite', signal: what.replace(' ', '-'), value: 1, threshold: 0, isMet: true, side: 'diverge' }
  return { kind: 'rollback', trigger: 'notFinite', reason: `the ${what} is ${value} at ${position} examples`, readings: [...readings, reading] }
}

function isCoolingDown({ lastChange, lengths }: LossGapView, { position }: DecisionPoint): boolean {
  return lastChange !== null && position - lastChange < lengths.cooldown
}

function isWorthIt({ minChange }: LossGapPolicyConfig, from: number, to: number): boolean {
  return to !== from && Math.abs(to - from) / from >= minChange
}

function triggerOf({ growWhen }: LossGapPolicyConfig, met: readonly ConditionReading[]): string {
  const conditions = [...new Set(met.map(({ condition }) => condition))]
  return growWhen === 'all' ? conditions.join('+') : (conditions[0] ?? '')
}

/** The smoothed gap of the signal that a sentence is about; of the first where it is about none. */
function smoothedOf({ tracks }: LossGapView, readings: readonly ConditionReading[]): number | null {
  const signal = readings.find((reading) => reading.signal !== null)?.signal
  return ([...tracks].find(([name]) => name === signal) ?? [...tracks][0])?.[1].smoothed ?? null
}
