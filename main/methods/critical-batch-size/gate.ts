import type { SweepConfig } from './config.ts'
import type { CriticalBatchSizeReport } from './report.ts'

type Gate = CriticalBatchSizeReport['gate']

/**
 * Decides whether the walk from a small trial to production may go on: nothing moves to the next stage without it.
 *
 * It opens when the sweep is complete, its minimum is inside the range, the interval is narrow enough and, where a current batch
 * size is given, the saving is worth it. Each condition leaves a sentence, met or not.
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
  if (options.runs === 0) return { stage, status: 'not-started', reasons: ['No run has been started.'] }
  if (!options.isComplete) {
    if (sweep.budgetHours !== null && options.hours >= sweep.budgetHours) {
      return { stage, status: 'over-budget', reasons: [`The sweep has used ${hoursText(options.hours)} of its ${hoursText(sweep.budgetHours)} and is not complete.`] }
    }
    return options.ended === 0 && sweep.estimateFirst
      ? { stage, status: 'estimating', reasons: ['The pilot estimates the noise scale.'] }
      : { stage, status: 'sweeping', reasons: [`${options.ended} of ${options.runs} runs have ended.`] }
  }
  const conditions = [verdictCondition(options.criticalBatchSize), intervalCondition(sweep, options.criticalBatchSize), savingCondition(sweep, options.saving)].filter((condition) => condition !== null)
  return { stage, status: conditions.every(({ isMet }) => isMet) ? 'confirmed' : 'refuted', reasons: conditions.map(({ sentence }) => sentence) }
}

interface Condition {
  readonly isMet: boolean
  readonly sentence: string
}

function verdictCondition({ verdict }: CriticalBatchSizeReport['criticalBatchSize']): Condition {
  const isMet = verdict === 'interior-minimum'
  return { isMet, sentence: isMet ? 'The minimum lies inside the swept range.' : `The sweep shows no minimum inside its range (${verdict}).` }
}

function intervalCondition(sweep: SweepConfig, { estimate, low, high }: CriticalBatchSizeReport['criticalBatchSize']): Condition | null {
  if (estimate === null) return null
  if (low === null || high === null) return { isMet: false, sentence: 'The interval of b* is not bounded on both sides: add seeds or batch sizes.' }
  const ratio = high / low
  const isMet = ratio <= sweep.gateIntervalRatio
  return { isMet, sentence: `The interval’s high end is ${ratio.toFixed(2)} times its low end; ${isMet ? 'at most' : 'more than'} the ${sweep.gateIntervalRatio} allowed.` }
}

function savingCondition(sweep: SweepConfig, saving: CriticalBatchSizeReport['saving']): Condition | null {
  if (saving === null) return null
  const wanted = `${(sweep.gateSaving * 100).toFixed(0)} %`
  if (saving.examplesShare === null) return { isMet: false, sentence: `What batch size ${saving.currentBatchSize} needs is not known, so neither is the saving.` }
  const share = `${(saving.examplesShare * 100).toFixed(0)} %`
  const isMet = saving.examplesShare >= sweep.gateSaving
  return { isMet, sentence: `Against batch size ${saving.currentBatchSize}, b* saves ${share} of the examples; ${isMet ? 'at least' : 'less than'} the ${wanted} wanted.` }
}

function hoursText(hours: number): string {
  return hours < 1 ? `${(hours * 60).toFixed(1)} min` : `${hours.toFixed(2)} h`
}
