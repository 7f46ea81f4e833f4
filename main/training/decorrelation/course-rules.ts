import type { LossTerm } from '../../contract/decorrelation-records.ts'
import { changeOf, dataChange, firstOf, rateChange, rounded, weightChange } from './condition-changes.ts'
import { accuracyGap, DECORRELATING, gradientShares, known } from './condition-facts.ts'
import type { ConditionFacts, ConditionRule } from './condition-facts.ts'
import type { LossPoint } from './loss-forecast.ts'
import { LEAST_POINTS, levelOf, meanOf, trendOf, windowOf } from './loss-window.ts'
import { termReach } from './term-reach.ts'

/** Standard errors by which a slope of validation losses has to rise: points that follow each other are alike. */
const CLEAR_RISE = 5
/** Share by which the validation loss has to lie above its least. */
const WORSE_BY = 0.02
/** Means of so many points are compared with the least or the first ones. */
const AVERAGED = 3
/** Share of the dead channels of a feature. */
const MANY_DEAD = 1 / 4
/** Share of the terms between channels in the gradient. */
const OVERWEIGHT = 2 / 3
/** Training accuracy from which the task is learnt: its gradient is small by rights. */
const LEARNT = 0.95
/** Share of a term in the gradient that does nothing, and the one that a weight is raised to. */
const [NO_SHARE, SOME_SHARE] = [0.01, 0.1]
const LARGEST_FACTOR = 10
/** Decay of the weights, where there was none. */
const [LEAST_DECAY, LEAST_DECOUPLED_DECAY] = [1e-4, 0.01]

/** The validation loss rises, and its distance to the training loss too. */
export const overfitting: ConditionRule = (facts) => {
  const validation = windowOf(facts, ({ evaluated }) => evaluated?.validation)
  const gaps = windowOf(facts, ({ evaluated }) => (evaluated ? evaluated.validation - evaluated.train : undefined))
  if (validation.length < LEAST_POINTS || gaps.length < LEAST_POINTS || !isRising(validation) || !isRising(gaps)) return []
  const means = runningMeans(facts.history.flatMap(({ evaluated }) => (evaluated && Number.isFinite(evaluated.validation) ? [evaluated.validation] : [])))
  const [least, now] = [Math.min(...means), means.at(-1) ?? Number.NaN]
  if (!(now > (1 + WORSE_BY) * least)) return []
  const data = dataChange(facts, 'task')
  const changes = data === null ? firstOf(decayChange(facts)) : [data]
  const numbers = known({ validationLoss: now, leastValidationLoss: least, gap: gaps.at(-1)?.loss, gapBefore: gaps[0]?.loss })
  return [{ reason: 'overfitting', term: 'task', numbers, changes, wantsData: data === null }]
}

/** Training examples are told better than others, and not all labels are in use. */
export const fewLabels: ConditionRule = (facts) => {
  const { labelFraction } = facts.config.decorrelation
  const gap = accuracyGap(facts)
  if (labelFraction === 1 || gap === null || !gap.isLarge) return []
  const numbers = known({ labelledExamples: facts.labelledExamples, trainingExamples: facts.trainingExamples, labelFraction, gap: gap.gap })
  return [{ reason: 'few-labels', term: 'task', numbers, changes: firstOf(dataChange(facts, 'task')), wantsData: false }]
}

/** Channels of a feature do not vary over the examples. */
export const deadChannels: ConditionRule = (facts) => {
  const trained = facts.taps.filter(({ stream }) => facts.streams[stream]?.kind !== 'validation')
  const worst = trained.toSorted((a, b) => b.dead / b.channels - a.dead / a.channels)[0]
  if (worst === undefined || !(worst.dead / worst.channels > MANY_DEAD)) return []
  const { block, dead, channels } = worst
  const heavy = between(facts) > 0.5 ? heavierTerm(facts) : null
  const changes = firstOf(heavy === null ? null : weightChange(facts, heavy, 0.5), rateChange(facts, 0.5))
  return [{ reason: 'dead-channels', term: null, numbers: known({ dead, channels, share: dead / channels, block }), changes, wantsData: false }]
}

/** The terms between channels make up most of the gradient while the task stands still, and is not learnt. */
export const overweight: ConditionRule = (facts) => {
  const share = between(facts)
  const task = gradientShares(facts).task
  const window = windowOf(facts, ({ losses }) => losses.task)
  if (task === undefined || facts.config.decorrelation.taskWeight === 0 || share <= OVERWEIGHT || !(facts.train.accuracy < LEARNT)) return []
  if (window.length < LEAST_POINTS || isFalling(window)) return []
  // To where both are as long, at most to a tenth.
  const factor = Math.max(1 / LARGEST_FACTOR, Math.min(0.5, task / share))
  const changes = DECORRELATING.flatMap((term) => firstOf(weightChange(facts, term, factor)))
  return [{ reason: 'overweight', term: heavierTerm(facts), numbers: known({ share, taskShare: task, taskLoss: meanOf(window.slice(-LEAST_POINTS).map(({ loss }) => loss)) }), changes, wantsData: false }]
}

/** A term between channels does not count in the gradient, and its loss is where it began. */
export const noEffect: ConditionRule = (facts) =>
  DECORRELATING.flatMap((term) => {
    const share = gradientShares(facts)[term]
    const recent = windowOf(facts, ({ losses }) => losses[term]).slice(-LEAST_POINTS).map(({ loss }) => loss)
    if (share === undefined || share >= NO_SHARE || recent.length < LEAST_POINTS) return []
    const before = meanOf(facts.history.flatMap(({ losses }) => losses[term] ?? []).slice(0, AVERAGED))
    const { mean, deviation } = levelOf(recent)
    const isLower = mean < before - (2 * deviation) / Math.sqrt(recent.length)
    if (isLower || mean <= (termReach(facts, term)?.floor ?? 0)) return []
    const factor = share > 0 ? Math.min(LARGEST_FACTOR, SOME_SHARE / share) : LARGEST_FACTOR
    return [{ reason: 'no-effect' as const, term, numbers: known({ share, before, loss: mean }), changes: firstOf(weightChange(facts, term, factor)), wantsData: false }]
  })

function decayChange(facts: ConditionFacts): ReturnType<typeof changeOf> {
  const { optimizer } = facts.config
  if (optimizer.kind === 'armijo') return null
  return changeOf(facts, 'optimizer.weightDecay', Math.max(optimizer.kind === 'adamw' ? LEAST_DECOUPLED_DECAY : LEAST_DECAY, rounded(2 * optimizer.weightDecay)))
}

/** Share of the terms between channels in the gradient. */
function between(facts: ConditionFacts): number {
  const shares = gradientShares(facts)
  return (shares.unlabelled ?? 0) + (shares.labelled ?? 0)
}

function heavierTerm(facts: ConditionFacts): Extract<LossTerm, 'unlabelled' | 'labelled'> {
  const { unlabelled = 0, labelled = 0 } = gradientShares(facts)
  return unlabelled >= labelled ? 'unlabelled' : 'labelled'
}

function runningMeans(values: readonly number[]): readonly number[] {
  return values.slice(AVERAGED - 1).map((_, i) => meanOf(values.slice(i, i + AVERAGED)))
}

function isRising(window: readonly LossPoint[]): boolean {
  const { slope, standardError } = trendOf(window)
  return slope > CLEAR_RISE * standardError
}

function isFalling(window: readonly LossPoint[]): boolean {
  const { slope, standardError } = trendOf(window)
  return slope < -2 * standardError
}
