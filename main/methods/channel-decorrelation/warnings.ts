import type { DatasetFacts } from '../study.ts'
import { armId, BASELINE, hasLabelledTerm, hasUnlabelledTerm, isCovariance, labelsOf } from './arms.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import { VARIANCE_KEPT, type ChannelDecorrelationReport, type DecorrelatedArm, type DecorrelatedRun, type DecorrelationFacts, type DecorrelationWarningCode, type NoiseFloor } from './report.ts'
import { inPercent } from './verdict.ts'

type Warning = ChannelDecorrelationReport['warnings'][number]

/** Labelled examples of a class, on average, below which a class may have next to none. */
const FEW_OF_A_CLASS = 10
/** Mean |ρ| of independent channels from which on a batch says little of them. */
const NOISY = 0.2
/** A loss within this many times its floor is next to nothing but chance. */
const AT_FLOOR = 1.2

export interface Told {
  readonly config: ChannelDecorrelationConfig
  readonly runs: readonly DecorrelatedRun[]
  readonly arms: readonly DecorrelatedArm[]
  readonly floors: readonly NoiseFloor[]
  readonly facts: DatasetFacts
}

/** What is to be known about the numbers; nothing about ways that have not begun. */
export function warningsOf(told: Told): Warning[] {
  const { config, runs, arms, floors, facts } = told
  return [
    ...[...Map.groupBy(runs, ({ arm }) => arm)].flatMap(([arm, own]) => runWarnings(arm, own)),
    ...arms.flatMap((arm) => [...channelWarnings(arm, arms), ...floorWarnings(config, arm, floors)]),
    ...labelWarnings(config, facts),
    ...drawWarnings(config),
    ...chanceWarnings(config, arms, floors),
    ...generalWarnings(config),
  ]
}

function runWarnings(arm: string, runs: readonly DecorrelatedRun[]): Warning[] {
  const failed = runs.filter(({ status }) => status === 'failed')
  const reason = failed[0]?.problem ?? ''
  return failed.length === 0 ? [] : [warning('failed-runs', `${failed.length} of the ${runs.length} runs of ${arm} failed and are in no mean: ${reason}`, { arm, count: failed.length, total: runs.length, reason })]
}

/** What decorrelating is not meant to do: take the variance away, kill channels, or leave fewer directions. */
function channelWarnings({ id, fraction, against, varianceStanding, deadChannels }: DecorrelatedArm, arms: readonly DecorrelatedArm[]): Warning[] {
  if (against === null) return []
  const { variance, effectiveRank, meanCorrelation } = against
  const supervised = arms.find((arm) => arm.id === armId({ way: BASELINE, fraction }))?.deadChannels?.mean ?? 0
  return [
    ...(varianceStanding === 'shrunk' && variance !== null ? [warning('shrunk', `The variance of the channels of ${id} is ${variance.value.toFixed(2)} times that of supervised training, below ${VARIANCE_KEPT}: a correlation gains nothing by that, so what went is mostly what channels shared; a covariance gains by it.`, { arm: id, variance: variance.value, limit: VARIANCE_KEPT })] : []),
    ...((against.deadChannels?.mean ?? 0) >= 1 && deadChannels !== null ? [warning('dead-channels', `${id} has ${deadChannels.mean.toFixed(1)} channels that do not vary, supervised training ${supervised.toFixed(1)}: a dead channel is correlated with nothing.`, { arm: id, dead: deadChannels.mean, supervised })] : []),
    ...((effectiveRank?.high ?? 0) < 0 && (meanCorrelation?.high ?? 0) < 0 && effectiveRank !== null ? [warning('low-rank', `The channels of ${id} are less correlated than those of supervised training, and yet span ${Math.abs(effectiveRank.mean).toFixed(1)} directions fewer.`, { arm: id, rank: effectiveRank.mean })] : []),
  ]
}

function floorWarnings({ decorrelation, labels }: ChannelDecorrelationConfig, arm: DecorrelatedArm, floors: readonly NoiseFloor[]): Warning[] {
  const { measure, reduction, penalty, labelledTaps, unlabelledTaps, labelledSets, unlabelledSets } = decorrelation
  if (isCovariance(arm.way) || measure !== 'correlation' || reduction !== 'mean') return []
  const of = (stream: NoiseFloor['stream'], taps: typeof labelledTaps) => {
    const floor = floors.find((one) => one.stream === stream)
    return floor === undefined ? null : (penalty === 'squared' ? floor.meanSquared : floor.meanAbsolute) * taps.reduce((total, { weight }) => total + weight, 0)
  }
  const terms = [
    // Losses of several sets are one number, and have no one batch.
    ...(labelledSets.length === 0 ? [{ term: 'labelled', loss: arm.labelledLoss, floor: of('labelled', labelledTaps), batchSize: labels.batchSize }] : []),
    ...(unlabelledSets.length === 1 ? [{ term: 'unlabelled', loss: arm.unlabelledLoss, floor: of('unlabelled', unlabelledTaps), batchSize: unlabelledSets[0]?.batchSize ?? 0 }] : []),
  ]
  return terms.flatMap(({ term, loss, floor, batchSize }) => {
    if (loss === null || floor === null || loss.mean > AT_FLOOR * floor) return []
    return [warning('noise-floor', `The correlation of ${arm.id} on ${term} examples has come to ${loss.mean.toPrecision(2)}, and chance makes ${floor.toPrecision(2)} of independent channels in batches of ${batchSize}: a larger batch would say more.`, { arm: arm.id, term, loss: loss.mean, floor, batchSize })]
  })
}

function labelWarnings({ labels: { fractions, ways }, decorrelation: { unlabelledSets } }: ChannelDecorrelationConfig, { trainExamples, classes = 0 }: DatasetFacts): Warning[] {
  const isOwn = unlabelledSets.length > 0 && unlabelledSets.every(({ name }) => name === 'training')
  return fractions.flatMap((fraction) => {
    const labels = labelsOf(fraction, trainExamples)
    return [
      ...(labels < FEW_OF_A_CLASS * classes ? [warning('few-labels', `${inPercent(fraction)} of the labels are ${labels} examples of ${classes} classes: some class may have next to none, and other labels would give other numbers.`, { fraction, labels, classes })] : []),
      ...(fraction === 1 && isOwn && ways.some(hasUnlabelledTerm) ? [warning('all-labelled', 'With all of the labels in use the unlabelled examples are the labelled ones: nothing new is seen.', { fraction })] : []),
    ]
  })
}

function drawWarnings({ run: { dataset }, labels: { fractions } }: ChannelDecorrelationConfig): Warning[] {
  if (fractions.every((fraction) => fraction === 1)) return []
  return [warning('one-draw', 'The labelled examples are the same for all seeds: what other labels would give is not in the intervals. Another run.dataset.splitSeed draws others.', { splitSeed: dataset.splitSeed })]
}

function chanceWarnings({ labels: { seeds, confidence } }: ChannelDecorrelationConfig, arms: readonly DecorrelatedArm[], floors: readonly NoiseFloor[]): Warning[] {
  const comparisons = arms.filter(({ standing }) => standing !== null).length
  const byChance = comparisons * (1 - confidence)
  return [
    ...(seeds === 1 ? [warning('single-seed', 'One seed of each way: no interval, and chance is not told from effect.', {})] : []),
    ...(comparisons > 1 ? [warning('many-comparisons', `${comparisons} intervals are looked at: ${byChance.toFixed(1)} of them would show a difference by chance alone if there were none.`, { comparisons, byChance })] : []),
    ...floors.filter(({ stream, meanAbsolute }) => stream !== 'probe' && meanAbsolute > NOISY).map(({ stream, samples, meanAbsolute }) => warning('small-batch', `In ${stream} batches of ${samples}, independent channels have a mean |ρ| of ${meanAbsolute.toFixed(2)} by chance: the loss is mostly noise there.`, { stream, samples, floor: meanAbsolute })),
  ]
}

function generalWarnings({ run, decorrelation, labels: { ways, steps } }: ChannelDecorrelationConfig): Warning[] {
  const { entropyWeight, consistencyWeight, auxiliary, warmupSteps } = decorrelation
  const isUnlabelled = ways.some(hasUnlabelledTerm)
  const terms = [...(isUnlabelled && entropyWeight > 0 ? ['entropy'] : []), ...(isUnlabelled && consistencyWeight > 0 ? ['consistency'] : []), ...(auxiliary.some(({ weight }) => weight > 0) && ways.some((way) => way !== BASELINE) ? ['auxiliary'] : [])].join(', ')
  const covariances = ways.filter(isCovariance)
  const decorrelates = ways.some((way) => hasUnlabelledTerm(way) || hasLabelledTerm(way))
  return [
    ...(terms === '' ? [] : [warning('other-terms', `The ways also have other losses that supervised training has not (${terms}): a difference is not that of decorrelation alone.`, { terms })]),
    ...(covariances.length > 0 && ways.some((way) => way !== BASELINE && !isCovariance(way)) ? [warning('weights-differ', `The losses of ${covariances.join(', ')} are covariances, in squared units of the feature: their weights say another thing than those of correlations.`, { ways: covariances.join(', ') })] : []),
    ...(decorrelates && warmupSteps > steps / 2 ? [warning('long-warm-up', `The weights of the correlations rise over ${warmupSteps} steps and a run has ${steps}: most of it has less than the full weight.`, { warmupSteps, steps })] : []),
    ...(ways.length > 1 ? [warning('one-rate', 'All ways and fractions share one learning rate and one weight; each might do better with its own.', {})] : []),
    ...('normalization' in run.model && run.model.normalization === 'batch' && isUnlabelled ? [warning('batch-norm', 'The model normalises by the batch: labelled and unlabelled examples are normalised each by their own statistics while training.', {})] : []),
  ]
}

function warning(code: DecorrelationWarningCode, message: string, facts: DecorrelationFacts): Warning {
  return { code, message, facts }
}
