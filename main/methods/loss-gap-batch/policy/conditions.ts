import type { LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { ConditionReading } from '../../../contract/batch-policy.ts'
import type { GradientTrack } from './gradient-track.ts'
import type { SignalTrack } from './signal-track.ts'

/** Slopes are told by a million examples. */
export const MILLION = 1e6
/** What stands for infinity in a reading. */
const LARGEST = 1e6
/** Deviations of the window by which a gap must have left its best before a ratio or a slope counts as divergence. */
const LEFT_BEST = 3

interface SignalConditions {
  readonly config: LossGapPolicyConfig
  readonly signal: string
  readonly track: SignalTrack
  /** Examples. */
  readonly window: number
  /** What thresholds of noise are multiplied by. */
  readonly correction: number
}

/**
 * √(B_0/B), which the noise of a mean over B examples shrinks by; 1 where no correction is asked for.
 *
 * Without it a fixed threshold is passed more often after each growth, by less noise alone.
 */
export function noiseCorrection({ noiseCorrection: isOn }: Pick<LossGapPolicyConfig, 'noiseCorrection'>, { firstBatch, batchSize }: { readonly firstBatch: number; readonly batchSize: number }): number {
  return isOn ? Math.sqrt(firstBatch / batchSize) : 1
}

/** The conditions for growth of one signal that are on and can be judged already. */
export function growReadings({ config, signal, track, window, correction }: SignalConditions): ConditionReading[] {
  const { valueBelow, slopeBelow, relativeSlopeBelow, derivativeBelow, derivativeOrder, flatT } = config
  const { smoothed, fits } = track
  const readings: ConditionReading[] = []
  const below = (condition: string, value: number, threshold: number) => readings.push({ condition, signal, value, threshold, isMet: value < threshold, side: 'grow' })
  if (valueBelow !== null && smoothed !== null) below('valueBelow', smoothed, valueBelow)
  if (fits === null) return readings
  if (slopeBelow !== null) below('slopeBelow', Math.abs(fits.slope) * MILLION, slopeBelow * correction)
  if (relativeSlopeBelow !== null && smoothed !== null) below('relativeSlopeBelow', share(Math.abs(fits.slope) * window, Math.abs(smoothed)), relativeSlopeBelow * correction)
  if (derivativeBelow !== null && track.derivative !== null) below('derivativeBelow', Math.abs(track.derivative) * MILLION ** derivativeOrder, derivativeBelow * correction)
  if (flatT !== null) readings.push({ condition: 'flatT', signal, value: fits.slopeT, threshold: -flatT, isMet: fits.slopeT > -flatT, side: 'grow' })
  return readings
}

/** The condition for growth that is about no signal: small weight gradients. */
export function growGradientReadings({ gradientNormBelow }: LossGapPolicyConfig, track: GradientTrack, correction: number): ConditionReading[] {
  if (gradientNormBelow === null || track.smoothed === null) return []
  const threshold = gradientNormBelow * correction
  return [{ condition: 'gradientNormBelow', signal: null, value: track.smoothed, threshold, isMet: track.smoothed < threshold, side: 'grow' }]
}

/** How many conditions for growth are on for each signal: fewer readings than that say that the window is still filling. */
export function growConditions({ valueBelow, slopeBelow, relativeSlopeBelow, derivativeBelow, flatT, gradientNormBelow }: LossGapPolicyConfig): number {
  let conditions = 0
  for (const threshold of [valueBelow, slopeBelow, relativeSlopeBelow, derivativeBelow, flatT, gradientNormBelow]) if (threshold !== null) conditions += 1
  return conditions
}

/**
 * The conditions for divergence of one signal that are on and can be judged already.
 *
 * A ratio and a slope also ask the smoothed gap to have left its best by three deviations of the window: near 0 twice the best
 * is nothing, and among the many slopes of a long plateau some lie 3 standard errors off.
 */
export function divergeReadings({ config, signal, track }: Pick<SignalConditions, 'config' | 'signal' | 'track'>): ConditionReading[] {
  const { divergeSigma, divergeRatio, divergeT } = config
  const { smoothed, best, fits } = track
  if (smoothed === null || best === null) return []
  const readings: ConditionReading[] = []
  const add = (condition: string, value: number, threshold: number, isMet: boolean) => readings.push({ condition, signal, value, threshold, isMet, side: 'diverge' })
  const deviation = best.deviation ?? fits?.deviation ?? null
  const hasLeftBest = smoothed > best.gap + LEFT_BEST * (deviation ?? 0)
  if (divergeSigma !== null && deviation !== null) {
    const threshold = best.gap + divergeSigma * deviation
    add('divergeSigma', smoothed, threshold, smoothed > threshold)
  }
  if (divergeRatio !== null && best.gap > 0) add('divergeRatio', smoothed, divergeRatio * best.gap, hasLeftBest && smoothed > divergeRatio * best.gap)
  if (divergeT !== null && fits !== null) add('divergeT', fits.slopeT, divergeT, hasLeftBest && fits.slopeT > divergeT)
  return readings
}

/** The condition for divergence that is about no signal: a gradient far above its median. */
export function divergeGradientReadings({ divergeGradientRatio }: LossGapPolicyConfig, track: GradientTrack): ConditionReading[] {
  if (divergeGradientRatio === null || track.median === null) return []
  const threshold = divergeGradientRatio * track.median
  return [{ condition: 'divergeGradientRatio', signal: null, value: track.peak, threshold, isMet: track.peak > threshold, side: 'diverge' }]
}

function share(part: number, whole: number): number {
  if (part === 0) return 0
  return whole === 0 ? LARGEST : Math.min(LARGEST, part / whole)
}
