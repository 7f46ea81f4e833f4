import type { Ratio, Spread } from '../../contract/spread.ts'
import { accuracyDifference, pairedDifference, pairedRatio, pairsOf, type Quantity } from '../paired-runs.ts'
import { spreadOf } from '../spread.ts'
import { armId, BASELINE, everyArm, labelsOf } from './arms.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import { VARIANCE_KEPT, type DecorrelatedArm, type DecorrelatedRun, type DecorrelationStanding, type GapStanding, type VarianceStanding } from './report.ts'

type Quantities = Omit<DecorrelatedArm, 'id' | 'way' | 'fraction' | 'labels' | 'runs' | 'done' | 'failed' | 'against' | 'standing' | 'gapStanding' | 'varianceStanding'>

/** The runs of each arm together: means over those that are done, and what they differ by from supervised ones with the same seeds and labels. */
export function summariseArms(config: ChannelDecorrelationConfig, runs: readonly DecorrelatedRun[], trainExamples: number): DecorrelatedArm[] {
  const { confidence } = config.labels
  return everyArm(config).map(({ id, way, fraction }) => {
    const own = runs.filter(({ arm }) => arm === id)
    const against = way === BASELINE ? null : againstBaseline(runs, { id, fraction }, confidence)
    return {
      ...{ id, way, fraction, labels: labelsOf(fraction, trainExamples) },
      runs: own.length,
      done: own.filter(({ status }) => status === 'done').length,
      failed: own.filter(({ status }) => status === 'failed').length,
      ...quantitiesOf(own.filter(({ status }) => status === 'done'), confidence),
      against,
      standing: standingOf(against?.accuracy ?? null),
      gapStanding: gapStandingOf(against?.accuracyGap ?? null),
      varianceStanding: varianceStandingOf(against?.variance ?? null),
    }
  })
}

function quantitiesOf(done: readonly DecorrelatedRun[], confidence: number): Quantities {
  const spread = (of: Quantity<DecorrelatedRun>): Spread | null => spreadOf(done.flatMap((run) => of(run) ?? []), confidence)
  return {
    accuracy: spread((run) => run.accuracy),
    testAccuracy: spread((run) => run.testAccuracy),
    validationAccuracy: spread((run) => run.validationAccuracy),
    validationLoss: spread((run) => run.validationLoss),
    trainAccuracy: spread((run) => run.trainAccuracy),
    trainLoss: spread((run) => run.trainLoss),
    accuracyGap: spread((run) => run.accuracyGap),
    lossGap: spread((run) => run.lossGap),
    unlabelledLoss: spread((run) => run.unlabelledLoss),
    labelledLoss: spread((run) => run.labelledLoss),
    meanCorrelation: spread((run) => run.meanCorrelation),
    effectiveRank: spread((run) => run.effectiveRank),
    deadChannels: spread((run) => run.deadChannels),
    meanDeviation: spread((run) => run.meanDeviation),
    unlabelledMeanCorrelation: spread((run) => run.unlabelledMeanCorrelation),
    stepMs: spread((run) => run.stepMs),
  }
}

function againstBaseline(runs: readonly DecorrelatedRun[], { id, fraction }: { readonly id: string; readonly fraction: number }, confidence: number): DecorrelatedArm['against'] {
  const pairs = pairsOf({ runs, arm: id, baseline: armId({ way: BASELINE, fraction }) })
  if (pairs.length === 0) return null
  const difference = (of: Quantity<DecorrelatedRun>) => pairedDifference(pairs, of, confidence)
  return {
    pairs: pairs.length,
    accuracy: accuracyDifference(pairs, confidence),
    validationLoss: difference((run) => run.validationLoss),
    accuracyGap: difference((run) => run.accuracyGap),
    lossGap: difference((run) => run.lossGap),
    meanCorrelation: difference((run) => run.meanCorrelation),
    effectiveRank: difference((run) => run.effectiveRank),
    deadChannels: difference((run) => run.deadChannels),
    variance: pairedRatio(pairs, (run) => (run.meanDeviation === null ? null : run.meanDeviation ** 2), confidence),
    stepMs: pairedRatio(pairs, (run) => run.stepMs, confidence),
  }
}

/** By the interval, not by the mean. */
function standingOf(gain: Spread | null): DecorrelationStanding | null {
  if (gain === null || gain.low === null || gain.high === null) return null
  if (gain.low > 0) return 'better'
  return gain.high < 0 ? 'worse' : 'not-shown'
}

function gapStandingOf(gap: Spread | null): GapStanding | null {
  if (gap === null || gap.low === null || gap.high === null) return null
  if (gap.high < 0) return 'smaller'
  return gap.low > 0 ? 'larger' : 'not-shown'
}

function varianceStandingOf(variance: Ratio | null): VarianceStanding | null {
  if (variance === null || variance.low === null || variance.high === null) return null
  if (variance.low >= VARIANCE_KEPT) return 'kept'
  return variance.high < VARIANCE_KEPT ? 'shrunk' : 'not-shown'
}
