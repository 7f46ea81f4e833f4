import { confidenceInWords, points, times } from '../in-words.ts'
import type { LossGapBatchConfig } from './config.ts'
import type { ComparedArm, ComparedRun, ComparisonFacts, ComparisonVerdictCode, LossGapBatchReport, Ratio, Spread } from './report.ts'
import { BASELINE } from './summarise-arms.ts'

type Verdict = LossGapBatchReport['verdict']

/**
 * Whether the controller is better than the fixed small batch: as accurate after equal work, to the tolerance, with fewer updates.
 *
 * Both go by the interval over the seeds, not by the means: an accuracy is as good where the whole interval of the difference lies above
 * minus the tolerance, and lost where all of it lies below.
 */
export function verdictOf({ config, runs, arms }: { readonly config: LossGapBatchConfig; readonly runs: readonly ComparedRun[]; readonly arms: readonly ComparedArm[] }): Verdict {
  const { accuracyTolerance, confidence } = config.comparison
  const ended = runs.filter(({ status }) => status === 'done' || status === 'failed' || status === 'stopped').length
  if (ended < runs.length) return say('pending', `${ended} of ${runs.length} runs have ended.`, { ended, runs: runs.length })
  const controller = arms.find(({ arm }) => arm === 'controller')
  const baseline = arms.find(({ arm }) => arm === BASELINE)
  if (controller === undefined || controller.done === 0) {
    return say('no-controller', controller === undefined ? 'The controller is not among the ways compared.' : 'No run of the controller came to its end.', { failed: controller?.failed ?? 0 })
  }
  if (baseline === undefined || baseline.done === 0) {
    return say('no-baseline', baseline === undefined ? 'The fixed small batch is not among the ways compared, so the controller is held against nothing.' : 'No run of the fixed small batch came to its end, so the controller is held against nothing.', { failed: baseline?.failed ?? 0 })
  }
  const updates = controller.ratios?.updates ?? null
  const gain = controller.accuracyGain
  if (updates === null || gain === null) return say('no-baseline', 'No seed has both a run of the controller and one of the fixed small batch that came to their end.', { failed: controller.failed + baseline.failed })
  const facts = factsOf(controller, updates, gain, accuracyTolerance)
  const rest = restOf(controller)
  if (gain.low === null || gain.high === null || updates.low === null || updates.high === null) {
    return say('single-seed', `With one seed the controller takes ${times(updates.value)} the updates of the fixed small batch, at ${points(gain.mean)} of accuracy${rest}; chance is not told from effect.`, facts)
  }
  const sure = confidenceInWords(confidence)
  const gains = `${points(gain.mean)} of accuracy (${sure} interval ${points(gain.low)} to ${points(gain.high)})`
  const ratio = `${times(updates.value)} the updates of the fixed small batch (${updates.low.toFixed(2)} to ${updates.high.toFixed(2)})`
  if (gain.high < -accuracyTolerance) return say('less-accurate', `The controller loses accuracy: ${gains}, more than the ${points(accuracyTolerance, 'plain')} tolerated, at ${ratio}${rest}.`, facts)
  if (gain.low < -accuracyTolerance) return say('accuracy-undecided', `These seeds do not tell whether the controller loses more than ${points(accuracyTolerance, 'plain')} of accuracy: ${gains}, at ${ratio}${rest}.`, facts)
  if (updates.high < 1) return say('better', `The controller is as accurate with fewer updates: ${gains}, at ${ratio}${rest}.`, facts)
  if (updates.low > 1) return say('dearer', `The controller is as accurate, but takes more updates: ${gains}, at ${ratio}${rest}.`, facts)
  return say('alike', `The controller cannot be told from the fixed small batch: ${gains}, at ${ratio}${rest}.`, facts)
}

function say(code: ComparisonVerdictCode, reason: string, facts: ComparisonFacts): Verdict {
  return { code, reason, facts }
}

function factsOf(controller: ComparedArm, updates: Ratio, gain: Spread, tolerance: number): ComparisonFacts {
  const { wallMs, examplesToTarget, updatesToTarget } = controller.ratios ?? {}
  const known = { updatesLow: updates.low, updatesHigh: updates.high, gainLow: gain.low, gainHigh: gain.high, timeRatio: wallMs?.value ?? null, examplesToTargetRatio: examplesToTarget?.value ?? null, updatesToTargetRatio: updatesToTarget?.value ?? null }
  const said = Object.entries(known).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
  return { updatesRatio: updates.value, accuracyGain: gain.mean, tolerance, ...Object.fromEntries(said) }
}

/** Time and the way to the target, where they are known: fewer updates alone are not sooner. */
function restOf({ ratios }: ComparedArm): string {
  const parts = [
    ...(ratios?.wallMs ? [`${times(ratios.wallMs.value)} the training time`] : []),
    ...(ratios?.updatesToTarget ? [`${times(ratios.updatesToTarget.value)} the updates to the target`] : []),
    ...(ratios?.examplesToTarget ? [`${times(ratios.examplesToTarget.value)} the examples to the target`] : []),
  ]
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`
}
