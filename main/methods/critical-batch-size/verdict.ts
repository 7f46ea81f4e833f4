import type { PreferredLaw } from './fitted.ts'
import type { VerdictCode } from './report.ts'

/** What the verdict is reached from: numbers only. */
export interface Evidence {
  /** The batch sizes swept, in order, and what was measured at each. */
  readonly batches: readonly {
    readonly batchSize: number
    /** True where every run that ended was censored or failed. */
    readonly isNeverReached: boolean
    /** N, mean over seeds; null where no run reached the target. */
    readonly meanExamples: number | null
    /** Standard error of N, pooled; 0 where unknown. */
    readonly examplesError: number
  }[]
  /** True when no run of the sweep is left to do. */
  readonly isComplete: boolean
  readonly ended: number
  /** Distinct batch sizes that the laws are fitted to. */
  readonly fitted: number
  /** s of 1/K = a − s/b; null without a fit. */
  readonly slope: number | null
  readonly preferred: PreferredLaw | null
  readonly efficient: { readonly low: number; readonly high: number } | null
  readonly confidence: number
}

export interface Verdict {
  readonly verdict: VerdictCode
  /** One plain sentence for somebody who does not know the laws. */
  readonly reason: string
}

/**
 * Says what a sweep shows, from the strongest obstacle to the weakest.
 *
 * An interior minimum needs a law that has one, a b* inside the swept range, and a smallest measured N that is not at its end;
 * where the laws fit about equally well it also needs N to rise visibly below b*, or a smaller batch size that never arrives.
 */
export function verdictOf(evidence: Evidence): Verdict {
  const { preferred } = evidence
  const reached = evidence.batches.flatMap(({ batchSize, meanExamples }) => (meanExamples === null ? [] : [{ batchSize, meanExamples }]))
  const [smallest, largest] = [evidence.batches[0]?.batchSize ?? NaN, evidence.batches.at(-1)?.batchSize ?? NaN]
  const best = reached.reduce((found, batch) => (batch.meanExamples < found.meanExamples ? batch : found), reached[0] ?? { batchSize: NaN, meanExamples: NaN })

  if (evidence.ended === 0) return { verdict: 'pending', reason: 'No run has ended yet.' }
  if (reached.length === 0) {
    if (!evidence.isComplete) return { verdict: 'pending', reason: 'No run has reached the target yet.' }
    return { verdict: 'no-point-reached', reason: 'No run reached the target, at any batch size: choose an easier target, allow more examples, or look at the learning rate.' }
  }
  if (evidence.fitted < 3 || preferred === null) {
    const have = `${evidence.fitted} batch ${evidence.fitted === 1 ? 'size has' : 'sizes have'} reached the target`
    if (!evidence.isComplete) return { verdict: 'pending', reason: `So far ${have}; a fit needs 3.` }
    return { verdict: 'too-few-points', reason: `Too few points for a fit: ${have}, and 3 are needed. Choose an easier target or add batch sizes.` }
  }
  const interim = (sentence: string) => (evidence.isComplete ? sentence : `So far: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`)
  if (evidence.slope !== null && evidence.slope <= 0) {
    return { verdict: 'no-critical-batch', reason: interim(`No critical batch in this range: larger batches do not save steps, so the smallest batch size, ${smallest}, is the cheapest.`) }
  }
  if (best.batchSize === reached.at(-1)?.batchSize && scalingExponent(reached) <= -1) {
    return { verdict: 'no-critical-batch', reason: interim(`No critical batch in this range: steps fall at least as fast as 1/b, so the largest batch size, ${best.batchSize}, is the cheapest; add larger ones.`) }
  }
  if (preferred.criticalBatchSize === null) {
    const why = preferred.isDecided ? 'a law without a minimum describes the points better' : 'the points do not tell a law with a minimum from one without'
    return { verdict: 'no-interior-minimum', reason: interim(`No interior minimum: ${why}. Small batches stay the cheapest per example; larger ones buy time with examples.`) }
  }
  if (!preferred.isDecided && !risesBelow(evidence, best)) {
    return { verdict: 'no-interior-minimum', reason: interim('No interior minimum shown: the points do not tell a law with a minimum from one without. Add smaller batch sizes or seeds.') }
  }
  const estimate = preferred.criticalBatchSize
  const interval = intervalWords(preferred, evidence.confidence)
  if (!evidence.isComplete && preferred.interval.low === null && preferred.interval.high === null) {
    return { verdict: 'pending', reason: `So far the points suggest about ${whole(estimate)}, and do not yet bound it.` }
  }
  if (estimate < smallest || estimate > largest) {
    return { verdict: 'extrapolated', reason: interim(`The law puts the cheapest batch size at ${whole(estimate)}${interval}, outside the swept ${smallest} to ${largest}: extend the sweep before using it.`) }
  }
  if (isAtEdge(evidence, best.batchSize)) {
    const side = best.batchSize === largest ? 'larger' : 'smaller'
    return { verdict: 'edge-minimum', reason: interim(`Minimum at the grid's edge: batch size ${best.batchSize}, the ${side === 'larger' ? 'largest' : 'smallest'} swept, is the cheapest so far, so the true one may be ${side}; add ${side} batch sizes.`) }
  }
  const range = evidence.efficient === null ? '' : `; anything from ${whole(evidence.efficient.low)} to ${whole(evidence.efficient.high)} costs at most a fifth more`
  return { verdict: 'interior-minimum', reason: interim(`About ${whole(estimate)} examples a batch${interval} reach the target with the fewest examples${range}.`) }
}

/** Slope of log K against log b over the batch sizes that reached the target; −1 is steps falling as 1/b. */
function scalingExponent(reached: readonly { batchSize: number; meanExamples: number }[]): number {
  const rows = reached.map(({ batchSize, meanExamples }) => ({ x: Math.log(batchSize), y: Math.log(meanExamples / batchSize) }))
  const meanX = rows.reduce((total, row) => total + row.x, 0) / rows.length
  const meanY = rows.reduce((total, row) => total + row.y, 0) / rows.length
  return rows.reduce((total, row) => total + (row.x - meanX) * (row.y - meanY), 0) / rows.reduce((total, row) => total + (row.x - meanX) ** 2, 0)
}

/** True where a smaller batch size never arrives, or needs more examples than the best one by over two standard errors. */
function risesBelow(evidence: Evidence, best: { batchSize: number; meanExamples: number }): boolean {
  const error = evidence.batches.find(({ batchSize }) => batchSize === best.batchSize)?.examplesError ?? 0
  return evidence.batches.some((batch) => {
    if (batch.batchSize >= best.batchSize) return false
    return batch.meanExamples === null ? batch.isNeverReached : batch.meanExamples - best.meanExamples > 2 * Math.hypot(batch.examplesError, error)
  })
}

/** The smallest N at an end of what was swept. A smaller batch size that never arrives has an N above any, so then it is no end. */
function isAtEdge(evidence: Evidence, best: number): boolean {
  const known = evidence.batches.filter((batch) => batch.meanExamples !== null || batch.isNeverReached)
  return best === known[0]?.batchSize || best === known.at(-1)?.batchSize
}

function intervalWords(preferred: PreferredLaw, confidence: number): string {
  const { low, high } = preferred.interval
  const share = `${whole(confidence * 100)} % interval`
  if (low !== null && high !== null) return ` (${share} ${whole(low)} to ${whole(high)})`
  if (high !== null) return ` (${share}: up to ${whole(high)})`
  return low === null ? ` (${share}: not bounded)` : ` (${share}: from ${whole(low)})`
}

/** Whole from 10 on, one digit below. */
function whole(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)))
}
