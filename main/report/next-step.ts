import type { Status } from '../contract/records.ts'
import type { CriticalBatchSizeConfig } from '../methods/critical-batch-size/config.ts'
import { nextStage } from '../methods/critical-batch-size/next-stage.ts'
import type { CriticalBatchSizeReport } from '../methods/critical-batch-size/report.ts'
import { count, hours, percent } from './numbers.ts'

interface Situation {
  readonly studyId: string
  readonly status: Status
  readonly config: CriticalBatchSizeConfig
  readonly report: CriticalBatchSizeReport
}

/**
 * Says in one or two plain sentences what to do next about a study.
 *
 * Goes by the gate: a study that is not complete goes on, an open gate leads to the next stage with its predicted b*, and a closed one
 * names the change that would open it.
 */
export function nextStep(situation: Situation): string {
  const { studyId, status, config, report } = situation
  if (status === 'failed') return `The study has failed: mend what its error names, then go on with \`loupe resume ${studyId}\`.`
  switch (report.gate.status) {
    case 'over-budget':
      return `The budget of ${hours(config.sweep.budgetHours ?? 0)} is used up before the sweep is complete. If the answer is worth as much again, go on with \`loupe resume ${studyId}\`; if not, sweep fewer batch sizes.`
    case 'not-started':
    case 'estimating':
    case 'sweeping':
      return status === 'running' || status === 'queued' ? 'Nothing to do: the sweep goes on by itself.' : `The sweep is not complete and does not run (${status}): go on with \`loupe resume ${studyId}\`.`
    case 'confirmed':
      return afterConfirmed(situation)
    case 'refuted':
      return afterRefuted(situation)
  }
}

function afterConfirmed({ studyId, config, report }: Situation): string {
  const next = nextStage({ config, report, studyId })
  if (next === null) return `Nothing left to measure: use batch size ${count(report.criticalBatchSize.estimate)} in production, and sweep again when the model, the data or the target changes.`
  const { stage, batchSizes } = next.config.sweep
  const prediction = next.predictedCriticalBatchSize === null ? 'The noise scale of its pilot will predict b* there' : `Expect b* near ${count(next.predictedCriticalBatchSize)} there, until its own pilot corrects it`
  return `Go on to the ${stage} stage. ${prediction}; sweep batch sizes ${list(batchSizes)}.`
}

function afterRefuted(situation: Situation): string {
  const { config, report } = situation
  const codes = new Set(report.gate.details.map(({ code }) => code))
  if (codes.has('no-minimum')) return afterVerdict(situation)
  const { minSeeds, maxSeeds, gateIntervalRatio } = config.sweep
  const seeds = `maxSeeds from ${maxSeeds} to ${Math.min(20, maxSeeds * 2)} and minSeeds from ${minSeeds} to ${Math.min(20, maxSeeds + 1)}`
  if (codes.has('interval-unbounded')) return `Add seeds or batch sizes around b*: its interval is not bounded on both sides. Raise ${seeds}.`
  if (codes.has('interval-wide')) return `Add seeds: the interval of b* is wider than the factor ${gateIntervalRatio} allowed. Raise ${seeds}.`
  const current = report.saving?.currentBatchSize ?? 0
  if (codes.has('saving-unknown')) return `Add the current batch size, ${current}, to the sweep: without it the saving is not known.`
  return `Nothing to do: keep batch size ${current}; a change to b* would save less than the ${percent(config.sweep.gateSaving)} of the examples wanted.`
}

function afterVerdict({ config, report }: Situation): string {
  const { verdict, estimate } = report.criticalBatchSize
  const { target } = config.sweep
  const sizes = [...config.sweep.batchSizes].sort((one, other) => one - other)
  const [smallest, largest] = [sizes[0] ?? 1, sizes.at(-1) ?? 1]
  switch (verdict) {
    case 'edge-minimum':
      return cheapest(report) === largest ? extendUp(largest) : extendDown(smallest)
    case 'extrapolated':
      return estimate !== null && estimate < smallest ? extendDown(smallest) : extendUp(largest)
    case 'no-critical-batch':
      return cheapest(report) === largest ? extendUp(largest) : `Nothing to gain from larger batches here: use batch size ${smallest}, or sweep smaller ones.`
    case 'no-interior-minimum': {
      const soonest = report.timeOptimalBatchSize
      const advice = soonest === null ? '' : ` Until then choose by time: batch size ${soonest} reached the target soonest.`
      return smallest > 1 ? `Add batch sizes below ${smallest} or more seeds, to see whether the number of examples rises again.${advice}` : `Add seeds, to see whether the number of examples rises at small batch sizes.${advice}`
    }
    case 'too-few-points':
    case 'no-point-reached':
      return `Choose an easier target than ${target.criterion} ${target.value}, or allow more examples a run (maxExamples): too few batch sizes reached it.`
    case 'interior-minimum':
    case 'pending':
      return 'Nothing to do: wait for the runs to end.'
  }
}

/** The batch size with the smallest mean N. */
function cheapest({ batches }: CriticalBatchSizeReport): number | null {
  const reached = batches.flatMap(({ batchSize, meanExamples }) => (meanExamples === null ? [] : [{ batchSize, meanExamples }]))
  return reached.reduce<(typeof reached)[number] | null>((best, batch) => (best === null || batch.meanExamples < best.meanExamples ? batch : best), null)?.batchSize ?? null
}

function extendUp(largest: number): string {
  return `Extend the sweep upwards: add batch sizes ${largest * 2} and ${largest * 4}.`
}

function extendDown(smallest: number): string {
  const smaller = [...new Set([Math.floor(smallest / 4), Math.floor(smallest / 2)])].filter((size) => size >= 1)
  if (smaller.length === 0) return 'Nothing to extend: batch size 1 is already the cheapest. Add seeds there if the answer matters.'
  return `Extend the sweep downwards: add batch ${smaller.length === 1 ? 'size' : 'sizes'} ${list(smaller)}.`
}

function list(sizes: readonly number[]): string {
  return sizes.length < 2 ? sizes.join('') : `${sizes.slice(0, -1).join(', ')} and ${sizes.at(-1)}`
}
