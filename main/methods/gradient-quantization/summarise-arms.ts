import { accuracyDifference, pairedRatio, pairsOf, type Quantity } from '../paired-runs.ts'
import { spreadOf } from '../spread.ts'
import { BASELINE, rememberingTwin } from './arms.ts'
import type { GradientQuantizationConfig, QuantizationArm } from './config.ts'
import type { ArmCost, QuantizedArm, QuantizedRun } from './report.ts'
import type { Ratio, Spread } from '../../contract/spread.ts'

/** The runs of each arm together: means over those that are done. */
export function summariseArms({ quantization }: GradientQuantizationConfig, runs: readonly QuantizedRun[]): QuantizedArm[] {
  const { confidence, accuracyTolerance } = quantization
  return quantization.arms.map((arm) => {
    const own = runs.filter((run) => run.arm === arm)
    const done = own.filter(({ status }) => status === 'done')
    const spread = (of: Quantity<QuantizedRun>): Spread | null => spreadOf(done.flatMap((run) => of(run) ?? []), confidence)
    const difference = (baseline: QuantizationArm) => accuracyDifference(pairsOf({ runs, arm, baseline }), confidence)
    const ratio = (of: Quantity<QuantizedRun>): Ratio | null => (arm === BASELINE ? null : pairedRatio(pairsOf({ runs, arm, baseline: BASELINE }), of, confidence))
    const twin = rememberingTwin(arm)
    const accuracyGain = arm === BASELINE ? null : difference(BASELINE)
    return {
      arm,
      runs: own.length,
      done: done.length,
      failed: own.filter(({ status }) => status === 'failed').length,
      accuracy: spread((run) => run.accuracy),
      validationAccuracy: spread((run) => run.validationAccuracy),
      testAccuracy: spread((run) => run.testAccuracy),
      trainLoss: spread((run) => run.trainLoss),
      accuracyGain,
      cost: costOf(accuracyGain, accuracyTolerance),
      gainWithoutMemory: twin === null ? null : difference(twin),
      bytesUp: spread((run) => run.bytesUp),
      bytesDown: spread((run) => run.bytesDown),
      bytesUpPerStep: spread((run) => run.bytesUpPerStep),
      bytesDownPerStep: spread((run) => run.bytesDownPerStep),
      compressionUp: inverse(ratio((run) => run.bytesUpPerStep)),
      compressionDown: inverse(ratio((run) => run.bytesDownPerStep)),
      askedRatio: spread((run) => run.askedRatio),
      keptRatio: spread((run) => run.keptRatio),
      achievedRatio: spread((run) => run.achievedRatio),
      emptyShare: spread((run) => (run.exchanges > 0 ? run.emptySteps / run.exchanges : null)),
      relativeError: spread((run) => run.relativeError),
      cosine: spread((run) => run.cosine),
      stepMs: spread((run) => run.stepMs),
      stepMsRatio: ratio((run) => run.stepMs),
      parts: partsOf(done),
    }
  })
}

/** By the interval, not by the mean: as good where all of it lies above minus the tolerance, dearer where all of it lies below. */
function costOf(gain: Spread | null, tolerance: number): ArmCost | null {
  if (gain === null || gain.low === null || gain.high === null) return null
  if (gain.low >= -tolerance) return 'within'
  return gain.high < -tolerance ? 'costs' : 'undecided'
}

/** How many times less an arm takes, from how many times as much. */
function inverse(ratio: Ratio | null): Ratio | null {
  return ratio === null ? null : { value: 1 / ratio.value, low: ratio.high === null ? null : 1 / ratio.high, high: ratio.low === null ? null : 1 / ratio.low, n: ratio.n }
}

function partsOf(done: readonly QuantizedRun[]): QuantizedArm['parts'] {
  const mean = (part: keyof QuantizedArm['parts']): number | null => {
    const known = done.flatMap(({ parts }) => parts[part] ?? [])
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length
  }
  return { compute: mean('compute'), fit: mean('fit'), encode: mean('encode'), transfer: mean('transfer'), update: mean('update') }
}
