import type { CompletionReading, LossTerm, Recommendation } from '../../contract/decorrelation-records.ts'
import { batchChange, changeOf, dataChange, doubledBatch, earlierTap, firstOf, largestOf, rateChange, roundedUp, weightChange } from './condition-changes.ts'
import type { Change } from './condition-changes.ts'
import { accuracyGap, DECORRELATING, gradientShares, known, THRESHOLDS } from './condition-facts.ts'
import type { ConditionFacts, ConditionRule, JudgedTerm } from './condition-facts.ts'
import { LEAST_POINTS, levelOf, windowOf } from './loss-window.ts'
import { termReach } from './term-reach.ts'

/** Labelled examples of a class that count as few. */
const FEW_OF_A_CLASS = 50
/** Share of the terms between channels in the gradient from which they compete with the task. */
const COMPETING_SHARE = 1 / 3
/** A loss within this multiple of the noise floor is mostly noise. */
const NOISY = 2
/** A loss is at the noise floor within this multiple of it, and within two deviations of its points. */
const AT_FLOOR = 1.25
/** A loss below this share of the floor shows that the floor does not hold it. */
const BELOW_FLOOR = 0.9

/** The loss is heading for a limit above its threshold, and nothing of the batch explains it. */
export const willNotReach: ConditionRule = (facts, completion) =>
  completion.flatMap((reading): readonly Recommendation[] => {
    const { term, threshold, status, limit, standardError } = reading
    if (!isJudged(term) || status !== 'will-not-reach' || limit === null || isHeldByBatch(facts, reading)) return []
    const gap = accuracyGap(facts)
    const examplesPerClass = facts.labelledExamples / facts.classes
    const isShortOfData = gap?.isLarge === true || (facts.config.decorrelation.taskWeight > 0 && examplesPerClass < FEW_OF_A_CLASS)
    const change = isShortOfData ? dataChange(facts, term) : null
    const numbers = known({ threshold, limit, standardError, gap: gap?.gap, examplesPerClass, share: gradientShares(facts)[term] })
    if (isShortOfData) return [{ reason: 'will-not-reach', term, numbers, changes: firstOf(change), wantsData: change === null }]
    return [{ reason: 'will-not-reach', term, numbers, changes: term === 'task' ? forTask(facts) : forChannels(facts, term, limit), wantsData: false }]
  })

/** Less of what competes, a smaller step, a larger batch. */
function forTask(facts: ConditionFacts): Change[] {
  const shares = gradientShares(facts)
  const competing = largestOf(facts, (term) => term !== 'task')
  const share = Object.entries(shares).reduce((sum, [term, part]) => sum + (term === 'task' ? 0 : part), 0)
  return firstOf(competing !== null && share >= COMPETING_SHARE ? weightChange(facts, competing, 0.5) : null, rateChange(facts, 0.5), doubledBatch(facts, 'task'))
}

/** More weight against what competes, a larger batch near the noise, an earlier feature, a smaller step. */
function forChannels(facts: ConditionFacts, term: 'unlabelled' | 'labelled', limit: number): Change[] {
  const share = gradientShares(facts)[term] ?? 1
  const competing = largestOf(facts, (other) => other !== term)
  // Lowering the task's weight is raising this one, with a smaller step.
  const weight = competing === null || share >= 0.5 ? null : competing === 'task' ? weightChange(facts, term, 2) : weightChange(facts, competing, 0.5)
  const floor = termReach(facts, term)?.floor ?? 0
  return firstOf(weight, limit < NOISY * floor ? doubledBatch(facts, term) : null, earlierTap(facts, term), rateChange(facts, 0.5))
}

/** The threshold is below what the rank of the batch allows. */
export const belowRankBound: ConditionRule = (facts, completion) => belowLine(facts, completion, 'bound')

/** The threshold is below what independent channels show, and the loss did not come below that. */
export const belowNoiseFloor: ConditionRule = (facts, completion) => belowLine(facts, completion, 'floor')

/** The batch that brings the line down to the threshold; where there are not as many examples, the threshold up to the line. */
function belowLine(facts: ConditionFacts, completion: readonly CompletionReading[], line: 'bound' | 'floor'): readonly Recommendation[] {
  return completion.flatMap((reading): readonly Recommendation[] => {
    const { term, threshold } = reading
    if (!isDecorrelating(term) || heldBy(facts, reading) !== line) return []
    const reach = termReach(facts, term)
    if (reach === null) return []
    const needed = reach.batchFor(line, threshold)
    const changes = firstOf(needed === null ? null : batchChange(facts, term, needed.batch), changeOf(facts, `decorrelation.${THRESHOLDS[term]}`, roundedUp(reach[line])))
    const numbers = known({ threshold, [line]: reach[line], samples: reach.samples, neededSamples: needed?.samples })
    return [{ reason: line === 'bound' ? 'below-rank-bound' : 'below-noise-floor', term, numbers, changes, wantsData: false }]
  })
}

/** The loss is down at what independent channels show: all that is left of it is the batch's noise. */
export const atNoiseFloor: ConditionRule = (facts, completion) =>
  DECORRELATING.flatMap((term): readonly Recommendation[] => {
    const reading = completion.find((candidate) => candidate.term === term)
    if (reading !== undefined && (reading.status === 'reached' || isHeldByBatch(facts, reading))) return []
    const reach = termReach(facts, term)
    const recent = recentLosses(facts, term)
    if (reach === null || recent.length < LEAST_POINTS) return []
    const { mean, deviation } = levelOf(recent)
    if (mean > AT_FLOOR * reach.floor || mean - reach.floor > 2 * deviation) return []
    const numbers = known({ loss: mean, floor: reach.floor, samples: reach.samples })
    return [{ reason: 'at-noise-floor', term, numbers, changes: firstOf(doubledBatch(facts, term), weightChange(facts, term, 0.5)), wantsData: false }]
  })

/** Which line keeps a loss from its threshold; null for none. */
function heldBy(facts: ConditionFacts, { term, threshold, status }: CompletionReading): 'bound' | 'floor' | null {
  if (!isDecorrelating(term) || status === 'reached') return null
  const reach = termReach(facts, term)
  if (reach === null) return null
  if (threshold < reach.bound) return 'bound'
  const recent = recentLosses(facts, term)
  return threshold < reach.floor && !(recent.length > 0 && levelOf(recent).mean < BELOW_FLOOR * reach.floor) ? 'floor' : null
}

function isHeldByBatch(facts: ConditionFacts, reading: CompletionReading): boolean {
  return heldBy(facts, reading) !== null
}

function recentLosses(facts: ConditionFacts, term: JudgedTerm): readonly number[] {
  return windowOf(facts, ({ losses }) => losses[term]).slice(-LEAST_POINTS).map(({ loss }) => loss)
}

function isJudged(term: LossTerm): term is JudgedTerm {
  return term in THRESHOLDS
}

function isDecorrelating(term: LossTerm): term is (typeof DECORRELATING)[number] {
  return term === 'unlabelled' || term === 'labelled'
}
