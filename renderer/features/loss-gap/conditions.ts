import type { LossGapPolicyConfig } from '../../../main/contract/batch-policy-config.ts'
import type { ConditionReading } from '../../../main/contract/batch-policy.ts'
import type { Threshold } from './charts/condition-option.ts'
import { valueAtStep } from './charts/step-line.ts'
import type { Place } from './charts/step-line.ts'

/** A quantity that a controller measures. */
export const measures = ['slopeT', 'relativeSlope', 'slope', 'derivative', 'gap', 'gradientNorm'] as const
export type Measure = (typeof measures)[number]

/** One measured quantity with what it is held against. */
export interface MeasuredCondition {
  readonly measure: Measure
  readonly values: readonly Place[]
  readonly thresholds: readonly Threshold[]
  /** Sizes are read on a logarithmic axis, t and gap on a linear one. */
  readonly scale: 'linear' | 'log'
}

/** Which quantity each condition is about, and on which side of its threshold it is met. */
const conditions: Readonly<Record<string, { readonly measure: Measure; readonly met: 'above' | 'below' }>> = {
  flatT: { measure: 'slopeT', met: 'above' },
  divergeT: { measure: 'slopeT', met: 'above' },
  relativeSlopeBelow: { measure: 'relativeSlope', met: 'below' },
  slopeBelow: { measure: 'slope', met: 'below' },
  derivativeBelow: { measure: 'derivative', met: 'below' },
  valueBelow: { measure: 'gap', met: 'below' },
  divergeSigma: { measure: 'gap', met: 'above' },
  divergeRatio: { measure: 'gap', met: 'above' },
  gradientNormBelow: { measure: 'gradientNorm', met: 'below' },
  divergeGradientRatio: { measure: 'gradientNorm', met: 'above' },
}
const scaleOf = (measure: Measure) => (measure === 'slopeT' ? 'linear' : 'log')

/** The policy's curves as logged, at the places where they were. */
export interface MeasuredCurves {
  readonly gap: readonly Place[]
  readonly slope: readonly Place[]
  readonly slopeT: readonly Place[]
  readonly derivative: readonly Place[]
  readonly gradientNorm: readonly Place[]
}

/**
 * The quantities of a run with the thresholds of its settings. Thresholds that are corrected for the noise follow the batch size,
 * that of the ratio follows the best gap so far; how far the gap scattered when it was best is not logged, so "divergeSigma" is left out.
 *
 * @param batches The batch size from each place on.
 */
export function loggedConditions({ config, firstBatch, curves, batches, window }: { readonly config: LossGapPolicyConfig; readonly firstBatch: number; readonly curves: MeasuredCurves; readonly batches: readonly Place[]; readonly window: number | null }): readonly MeasuredCondition[] {
  const corrected = (threshold: number): readonly Place[] => batches.map(([x, size]) => [x, config.noiseCorrection ? threshold * Math.sqrt(firstBatch / size) : threshold] as const)
  const flat = (threshold: number): readonly Place[] => batches.slice(0, 1).map(([x]) => [x, threshold] as const)
  const grow = (threshold: number | null, met: Threshold['met'], places: (threshold: number) => readonly Place[]): Threshold[] => (threshold === null ? [] : [{ side: 'grow', met, places: places(threshold) }])
  const diverge = (threshold: number | null, places: (threshold: number) => readonly Place[]): Threshold[] => (threshold === null ? [] : [{ side: 'diverge', met: 'above', places: places(threshold) }])
  const size = (places: readonly Place[]): readonly Place[] => places.map(([x, y]) => [x, Math.abs(y)] as const)
  const all: Record<Measure, Pick<MeasuredCondition, 'values' | 'thresholds'>> = {
    slopeT: { values: curves.slopeT, thresholds: [...grow(config.flatT, 'above', (t) => flat(-t)), ...diverge(config.divergeT, flat)] },
    relativeSlope: { values: config.relativeSlopeBelow === null ? [] : relativeSlope(curves, window), thresholds: grow(config.relativeSlopeBelow, 'below', corrected) },
    slope: { values: size(curves.slope), thresholds: grow(config.slopeBelow, 'below', corrected) },
    derivative: { values: size(curves.derivative), thresholds: grow(config.derivativeBelow, 'below', corrected) },
    gap: { values: config.valueBelow === null && config.divergeRatio === null ? [] : curves.gap, thresholds: [...grow(config.valueBelow, 'below', flat), ...diverge(config.divergeRatio, (ratio) => bestTimes(curves.gap, batches, ratio))] },
    gradientNorm: { values: curves.gradientNorm, thresholds: grow(config.gradientNormBelow, 'below', corrected) },
  }
  return measures.flatMap((measure) => (all[measure].values.length === 0 ? [] : [{ measure, ...all[measure], scale: scaleOf(measure) }]))
}

/** |slope| · window / gap; the slope is by a million examples. */
function relativeSlope({ slope, gap }: MeasuredCurves, window: number | null): readonly Place[] {
  if (window === null) return []
  return slope.map(([x, y]) => [x, (Math.abs(y) * window) / 1e6 / Math.abs(valueAtStep(gap, x))] as const)
}

/** The smallest gap so far times a ratio; the reckoning begins anew where the batch becomes smaller. */
function bestTimes(gap: readonly Place[], batches: readonly Place[], ratio: number): readonly Place[] {
  const shrinks = batches.filter(([, size], index) => index > 0 && size < (batches[index - 1]?.[1] ?? 0)).map(([x]) => x)
  let best = Number.POSITIVE_INFINITY
  let next = 0
  return gap.map(([x, y]) => {
    while (next < shrinks.length && (shrinks[next] ?? 0) < x) {
      best = Number.POSITIVE_INFINITY
      next += 1
    }
    best = Math.min(best, y)
    return [x, ratio * best] as const
  })
}

interface Replayed {
  readonly values: Place[]
  readonly thresholds: Map<string, { readonly side: Threshold['side']; readonly met: Threshold['met']; readonly places: Place[] }>
}

/** The same from a replay, which knows every reading at every place; of the first signal. */
export function replayedConditions(points: readonly { readonly position: number; readonly readings: readonly ConditionReading[] }[]): readonly MeasuredCondition[] {
  const signal = points.flatMap(({ readings }) => readings).find((reading) => reading.signal !== null)?.signal ?? null
  const byMeasure = new Map<Measure, Replayed>()
  for (const { position, readings } of points) {
    for (const { condition, value, threshold, side, signal: of } of readings) {
      const known = conditions[condition]
      if (known === undefined || (of !== null && of !== signal)) continue
      const found: Replayed = byMeasure.get(known.measure) ?? { values: [], thresholds: new Map() }
      byMeasure.set(known.measure, found)
      if (found.values.at(-1)?.[0] !== position) found.values.push([position, value])
      const held = found.thresholds.get(condition) ?? { side, met: known.met, places: [] }
      found.thresholds.set(condition, held)
      held.places.push([position, threshold])
    }
  }
  return measures.flatMap((measure) => {
    const found = byMeasure.get(measure)
    return found === undefined ? [] : [{ measure, values: found.values, thresholds: [...found.thresholds.values()], scale: scaleOf(measure) }]
  })
}
