import type { OptimizerConfig } from '../../contract/optimizer-config.ts'
import type { Criterion } from '../../contract/run-config.ts'
import type { StudiedRun } from '../study.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import { crossing, needsFullGradient } from '../crossing.ts'
import { fieller } from './fieller.ts'
import { effectiveLearningRate } from './learning-rate.ts'
import type { CriticalBatchSizeReport } from './report.ts'
import { studentQuantile } from '../student.ts'

/** How the noise scale turns into a critical batch size, before any sweep. */
export interface Bridge {
  /** b* over B_simple. */
  readonly factor: number
  /** Lη, L the smoothness and η the step. */
  readonly smoothnessTimesStep: number | null
  /** `bound`: from L and η. `search`: from what the line search accepts. `noise-scale`: B_simple itself, no bound applied. `step-too-large`: Lη ≥ 2. */
  readonly from: 'bound' | 'search' | 'noise-scale' | 'step-too-large'
}

/**
 * b* = [2Lη/(2 − Lη)]·B_simple at |G|² = ε²: the law's 2·C2/ε² with C2 = Lησ²/(2 − Lη), B_simple = σ²/ε².
 *
 * An Armijo search accepts α with 2δ(1 − c) ≤ Lα ≤ 2(1 − c) on a quadratic (the try before, α/δ, was refused), whatever L is: the middle
 * of the two, Lα = 2(1 − c)√δ, is taken. The bound is about mean squared gradients; for another criterion, or without L, the
 * estimate is B_simple itself, which McCandlish et al. found within an order of magnitude, and is marked so.
 */
export function bridgeOf(options: { readonly criterion: Criterion; readonly optimizer: OptimizerConfig; readonly step: number | null; readonly smoothness: number | null }): Bridge {
  const { optimizer } = options
  if (!needsFullGradient(options.criterion)) return { factor: 1, smoothnessTimesStep: null, from: 'noise-scale' }
  if (optimizer.kind === 'armijo') {
    const product = 2 * (1 - optimizer.c) * Math.sqrt(optimizer.delta)
    return product >= 2 ? { factor: NaN, smoothnessTimesStep: product, from: 'step-too-large' } : { factor: (2 * product) / (2 - product), smoothnessTimesStep: product, from: 'search' }
  }
  if (options.smoothness === null || options.step === null || optimizer.kind !== 'sgd') return { factor: 1, smoothnessTimesStep: null, from: 'noise-scale' }
  const product = options.smoothness * options.step
  return product >= 2 ? { factor: NaN, smoothnessTimesStep: product, from: 'step-too-large' } : { factor: (2 * product) / (2 - product), smoothnessTimesStep: product, from: 'bound' }
}

type NoiseScale = NonNullable<CriticalBatchSizeReport['noiseScale']>

export interface Estimate {
  readonly noiseScale: NoiseScale
  readonly bridge: Bridge
}

/** Runs that had logged more than this many evaluations give an interval, too. */
const FEWEST = 3

/**
 * Estimates b* before the sweep from what the pilot logged of its gradient noise (R6).
 *
 * tr Σ and |G|² are each averaged over the second half of the way to the target, where the run spends its noise, and divided only
 * then: the ratio of one evaluation is biased, and single values may be negative. L is averaged likewise. For a gradient criterion |G|² is the target ε²
 * itself. The interval is Fieller's over those evaluations, which takes them as independent.
 *
 * @returns Null where no run has logged its noise.
 */
export function estimateOf(config: CriticalBatchSizeConfig, runs: readonly StudiedRun[], measured: number | null): Estimate | null {
  const pilot = runs.find((run) => run.config.noiseScale.enabled && run.evaluations.some((evaluation) => evaluation.values['noise/trace'] !== undefined))
  if (pilot === undefined) return null
  const { criterion, value: target } = config.sweep.target
  const found = crossing(pilot.evaluations, config.sweep.target)
  const end = found.kind === 'crossed' ? found.steps : pilot.steps
  const window = pilot.evaluations.filter((evaluation) => evaluation.step >= end / 2)
  const rows = window.flatMap(({ values }) => {
    const [trace, squared] = [values['noise/trace'], values['noise/gradient-squared']]
    return trace === undefined || squared === undefined ? [] : [{ trace, squared: needsFullGradient(criterion) ? target : squared }]
  })
  if (rows.length === 0) return null
  const curvatures = window.flatMap(({ values }) => values['curvature/smoothness'] ?? [])
  const smoothness = curvatures.length > 0 ? curvatures.reduce((total, value) => total + value, 0) / curvatures.length : null
  const bridge = bridgeOf({ criterion, optimizer: pilot.config.optimizer, step: effectiveLearningRate(pilot.config), smoothness })
  const { trace, squared, low, high } = ratioOfMeans(rows, config.sweep.confidence)
  const value = squared > 0 && trace > 0 ? trace / squared : null
  const predicted = value !== null && Number.isFinite(bridge.factor) ? bridge.factor * value : null
  return {
    bridge,
    noiseScale: {
      value,
      low: value === null ? null : low,
      high: value === null ? null : high,
      gradientSquared: squared,
      trace,
      predictedCriticalBatchSize: predicted,
      smoothness,
      ratioToMeasured: predicted !== null && measured !== null ? predicted / measured : null,
    },
  }
}

function ratioOfMeans(rows: readonly { trace: number; squared: number }[], confidence: number) {
  const count = rows.length
  const mean = (pick: (row: { trace: number; squared: number }) => number) => rows.reduce((total, row) => total + pick(row), 0) / count
  const [trace, squared] = [mean((row) => row.trace), mean((row) => row.squared)]
  if (count < FEWEST) return { trace, squared, low: null, high: null }
  const covariance = (one: (row: { trace: number; squared: number }) => number, other: (row: { trace: number; squared: number }) => number) => (mean((row) => one(row) * other(row)) - mean(one) * mean(other)) / (count - 1)
  const ends = fieller(
    {
      numerator: trace,
      denominator: squared,
      numeratorVariance: covariance((row) => row.trace, (row) => row.trace),
      denominatorVariance: covariance((row) => row.squared, (row) => row.squared),
      covariance: covariance((row) => row.trace, (row) => row.squared),
    },
    studentQuantile(confidence, count - 1),
  )
  return { trace, squared, low: ends.low, high: ends.high }
}
