import type { LossCell, LossMap, MappedLoss } from '../../contract/loss-map.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { StudiedRun } from '../study.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import { effectiveLearningRate } from './learning-rate.ts'

/** Most examples counts that a map offers to be read at. */
const MOST_CHOICES = 8

/** What the map says of its runs; which studies are alike is for the caller to find out. */
export type RunsLossMap = Omit<LossMap, 'alikeStudies'>

/**
 * Puts the loss of every ended run in the cell of its batch size and learning rate.
 *
 * Runs end at their target, so their last losses lie close to it; after equally many examples they tell rates apart. A run that
 * ended sooner counts with its last loss then, one that failed with none.
 *
 * @param options.atExamples  Examples seen, between two evaluations by a straight line; null for the end of each run.
 */
export function lossMapOf(options: { readonly runs: readonly StudiedRun[]; readonly metric: MappedLoss; readonly atExamples: number | null }): RunsLossMap {
  const ended = options.runs.filter((run) => run.status === 'finished' || run.status === 'failed')
  const groups = Map.groupBy(ended, (run) => `${run.config.batchSize} ${rateOf(run.config)}`)
  const cells = [...groups.values()].map((runs) => cellOf(runs, options.metric, options.atExamples))
  return {
    rateKind: options.runs.some((run) => run.config.optimizer.kind === 'armijo') ? 'first-step' : 'learning-rate',
    cells: cells.sort((one, other) => one.batchSize - other.batchSize || one.rate - other.rate),
    examplesChoices: choicesOf(ended.filter((run) => !hasFailed(run, options.metric)).map((run) => curveOf(run, options.metric).at(-1)?.examples ?? 0)),
  }
}

/**
 * What two studies share when only batch sizes, seeds and learning rates set their runs apart: the same text for both.
 *
 * The target and the cap on the examples belong to it: they decide where a run ends.
 */
export function lossMapKey({ run, sweep }: CriticalBatchSizeConfig): string {
  const rateless = run.optimizer.kind === 'armijo' ? { ...run.optimizer, initialStep: null } : { ...run.optimizer, learningRate: null }
  const shape = { ...run.schedule, coupling: null, referenceBatchSize: null }
  return JSON.stringify([run.dataset, run.model, rateless, shape, run.labelSmoothing, run.evaluation.trainExamples, sweep.target, sweep.maxExamples])
}

function cellOf(runs: readonly StudiedRun[], metric: MappedLoss, atExamples: number | null): LossCell {
  const [first] = runs
  if (first === undefined) throw new RangeError('A cell is made of at least one run.')
  const usable = runs.filter((run) => !hasFailed(run, metric))
  const read = usable.map((run) => lossAt(curveOf(run, metric), atExamples)).filter((found) => found !== null)
  const values = read.map(({ value }) => value)
  const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    batchSize: first.config.batchSize,
    rate: rateOf(first.config),
    runs: runs.length,
    mean,
    sd: mean === null || values.length < 2 ? null : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)),
    censored: usable.filter((run) => run.censored === true).length,
    failed: runs.length - usable.length,
    endedSooner: read.filter(({ endedSooner }) => endedSooner).length,
  }
}

/** A coupled rate is a product: rounded, so that the same rate reached in two ways is one. */
function rateOf(config: RunConfig): number {
  const rate = config.optimizer.kind === 'armijo' ? config.optimizer.initialStep : (effectiveLearningRate(config) ?? 0)
  return Number(rate.toPrecision(6))
}

interface LossPoint {
  readonly examples: number
  readonly value: number
}

function curveOf(run: StudiedRun, metric: MappedLoss): LossPoint[] {
  return run.evaluations.flatMap(({ examples, values }) => {
    const value = values[metric]
    return value === undefined ? [] : [{ examples, value }]
  })
}

/** A run that ended in NaN or infinity has failed, whatever its status says. */
function hasFailed(run: StudiedRun, metric: MappedLoss): boolean {
  const last = curveOf(run, metric).at(-1)
  return run.status === 'failed' || (last !== undefined && !Number.isFinite(last.value))
}

function lossAt(curve: readonly LossPoint[], atExamples: number | null): { readonly value: number; readonly endedSooner: boolean } | null {
  const last = curve.at(-1)
  if (last === undefined) return null
  if (atExamples === null) return { value: last.value, endedSooner: false }
  if (last.examples < atExamples) return { value: last.value, endedSooner: true }
  const index = curve.findIndex(({ examples }) => examples >= atExamples)
  const [before, after] = [curve[index - 1], curve[index]]
  if (after === undefined) return null
  if (before === undefined || after.examples === before.examples) return { value: after.value, endedSooner: false }
  const share = (atExamples - before.examples) / (after.examples - before.examples)
  const value = before.value + share * (after.value - before.value)
  return Number.isFinite(value) ? { value, endedSooner: false } : null
}

/** From what every run has seen, doubling up to what the longest has. */
function choicesOf(ends: readonly number[]): number[] {
  const shortest = Math.min(...ends)
  const longest = Math.max(...ends)
  if (ends.length === 0 || shortest <= 0) return []
  const choices = [shortest]
  while (choices.length < MOST_CHOICES && shortest * 2 ** choices.length <= longest) choices.push(shortest * 2 ** choices.length)
  return choices
}
