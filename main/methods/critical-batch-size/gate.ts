import type { SweepConfig } from './config.ts'
import type { CriticalBatchSizeReport, GateReasonCode, SentenceFacts } from './report.ts'

type Gate = CriticalBatchSizeReport['gate']

/**
 * Decides whether the walk from a small trial to production may go on: nothing moves to the next stage without it.
 *
 * It opens when the sweep is complete, its minimum is inside the range, the interval is narrow enough and, where a current batch
 * size is given, the saving is worth it. Each condition leaves a sentence, met or not, with a code and its numbers.
 */
export function gateOf(options: {
  readonly sweep: SweepConfig
  readonly runs: number
  readonly ended: number
  readonly isComplete: boolean
  readonly hours: number
  readonly criticalBatchSize: CriticalBatchSizeReport['criticalBatchSize']
  readonly saving: CriticalBatchSizeReport['saving']
}): Gate {
  const { sweep } = options
  const { stage } = sweep
  if (options.runs === 0) return gate(stage, 'not-started', [reason('not-started', 'No run has been started.')])
  if (!options.isComplete) {
    if (sweep.budgetHours !== null && options.hours >= sweep.budgetHours) {
      const used = reason('over-budget', `The sweep has used ${hoursText(options.hours)} of its ${hoursText(sweep.budgetHours)} and is not complete.`, { hours: options.hours, budget: sweep.budgetHours })
      return gate(stage, 'over-budget', [used])
    }
    return options.ended === 0 && sweep.estimateFirst
      ? gate(stage, 'estimating', [reason('estimating', 'The pilot estimates the noise scale.')])
      : gate(stage, 'sweeping', [reason('sweeping', `${options.ended} of ${options.runs} runs have ended.`, { ended: options.ended, runs: options.runs })])
  }
  const conditions = [verdictCondition(options.criticalBatchSize), intervalCondition(sweep, options.criticalBatchSize), savingCondition(sweep, options.saving)].filter((condition) => condition !== null)
  return gate(stage, conditions.every(({ isMet }) => isMet) ? 'confirmed' : 'refuted', conditions)
}

interface Reason {
  readonly code: GateReasonCode
  readonly sentence: string
  readonly facts: SentenceFacts
}
interface Condition extends Reason {
  readonly isMet: boolean
}

function gate(stage: Gate['stage'], status: Gate['status'], reasons: readonly Reason[]): Gate {
  return { stage, status, reasons: reasons.map(({ sentence }) => sentence), details: reasons.map(({ code, facts }) => ({ code, facts })) }
}

function reason(code: GateReasonCode, sentence: string, facts: SentenceFacts = {}): Reason {
  return { code, sentence, facts }
}

function verdictCondition({ verdict }: CriticalBatchSizeReport['criticalBatchSize']): Condition {
  return verdict === 'interior-minimum'
    ? { isMet: true, ...reason('minimum-inside', 'The minimum lies inside the swept range.') }
    : { isMet: false, ...reason('no-minimum', `The sweep shows no minimum inside its range (${verdict}).`, { verdict }) }
}

function intervalCondition(sweep: SweepConfig, { estimate, low, high }: CriticalBatchSizeReport['criticalBatchSize']): Condition | null {
  if (estimate === null) return null
  if (low === null || high === null) return { isMet: false, ...reason('interval-unbounded', 'The interval of b* is not bounded on both sides: add seeds or batch sizes.') }
  const ratio = high / low
  const allowed = sweep.gateIntervalRatio
  const isMet = ratio <= allowed
  const sentence = `The interval’s high end is ${ratio.toFixed(2)} times its low end; ${isMet ? 'at most' : 'more than'} the ${allowed} allowed.`
  return { isMet, ...reason(isMet ? 'interval-narrow' : 'interval-wide', sentence, { ratio, allowed }) }
}

function savingCondition(sweep: SweepConfig, saving: CriticalBatchSizeReport['saving']): Condition | null {
  if (saving === null) return null
  const { currentBatchSize: size, examplesShare: share } = saving
  if (share === null) return { isMet: false, ...reason('saving-unknown', `What batch size ${size} needs is not known, so neither is the saving.`, { size }) }
  const isMet = share >= sweep.gateSaving
  const sentence = `Against batch size ${size}, b* saves ${percent(share)} of the examples; ${isMet ? 'at least' : 'less than'} the ${percent(sweep.gateSaving)} wanted.`
  return { isMet, ...reason(isMet ? 'saving-enough' : 'saving-small', sentence, { size, share, wanted: sweep.gateSaving }) }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}

function hoursText(hours: number): string {
  return hours < 1 ? `${(hours * 60).toFixed(1)} min` : `${hours.toFixed(2)} h`
}
