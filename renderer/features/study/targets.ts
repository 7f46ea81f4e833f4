import type { Criterion, Target } from '../../../main/contract/run-config.ts'
import type { StudyReport } from './study.store.ts'

/** What the sweep says at one target. */
export interface TargetReading {
  readonly target: Target
  readonly isOwn: boolean
  readonly criticalBatchSize: StudyReport['criticalBatchSize']
  /** N at b*, by the law that fits better; null without either. */
  readonly examples: number | null
  /** Batch sizes that reach this target, of all that were swept. */
  readonly reached: number
  readonly swept: number
  /** The untrained network has it already, so there are no steps to count. */
  readonly isMetAtStart: boolean
  /** Some runs left out evaluations that may have met it, so K may be too large. */
  readonly isSparse: boolean
}

/** Two stricter than the study's own, which few runs go on to, and four easier ones, which all pass on their way. */
const places = [-2, -1, 0, 1, 2, 3, 4]

/**
 * Targets around the study's own, strictest first, at equal ratios: by a quarter for a loss, by two for a squared gradient norm;
 * for an accuracy it is the share of errors that grows by a quarter.
 */
export function targetsAround({ criterion, value }: Target): Target[] {
  const isAccuracy = criterion.endsWith('accuracy')
  const ratio = criterion.startsWith('gradient') ? 2 : 1.25
  return places.flatMap((place) => {
    const moved = isAccuracy ? 1 - (1 - value) * ratio ** place : value * ratio ** place
    const at = place === 0 ? value : rounded(moved)
    return at > 0 && (!isAccuracy || at < 1) ? [{ criterion, value: at }] : []
  })
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

/** N at a batch size from the curve of the preferred law: straight between its points on logarithmic axes. */
export function examplesAt({ fits, preferredLaw }: Pick<StudyReport, 'fits' | 'preferredLaw'>, batchSize: number): number | null {
  const curve = fits.find((fit) => fit.law === preferredLaw)?.examples
  if (curve === undefined) return null
  const points = curve.batchSize.flatMap((x, index) => {
    const y = curve.value[index]
    return y !== undefined && y > 0 && Number.isFinite(y) ? [{ x, y }] : []
  })
  const after = points.findIndex(({ x }) => x >= batchSize)
  const [left, right] = [points[after - 1] ?? points[after], points[after]]
  if (left === undefined || right === undefined) return null
  if (right.x === batchSize || left === right) return right.x === batchSize ? right.y : null
  const share = Math.log(batchSize / left.x) / Math.log(right.x / left.x)
  return Math.exp(Math.log(left.y) + share * Math.log(right.y / left.y))
}

/** What a report says at a target, in short. */
export function readingOf(report: StudyReport, target: Target, isOwn: boolean): TargetReading {
  const { criticalBatchSize } = report
  const reached = report.batches.filter((batch) => batch.reached > 0).length
  return {
    target,
    isOwn,
    criticalBatchSize,
    examples: criticalBatchSize.estimate === null ? null : examplesAt(report, criticalBatchSize.estimate),
    reached,
    swept: report.batches.length,
    isMetAtStart: reached === 0 && report.warnings.some(({ code }) => code === 'met-before-training'),
    isSparse: report.warnings.some(({ code }) => code === 'sparse-evaluations'),
  }
}

/** For a squared gradient norm the law has b* ∝ 1/ε²: a line of slope −1 through what was measured at the study's own target. */
export function hasInverseLaw(criterion: Criterion): boolean {
  return criterion.startsWith('gradient')
}
