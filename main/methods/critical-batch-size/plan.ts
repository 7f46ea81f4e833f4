import type { DatasetFacts, PlannedRun, StudiedRun } from '../study.ts'
import { batchesOf, seedsWanted, type Batch } from './batches.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import { forecaster } from './forecast.ts'
import { runConfigFor, runKey, type Request } from './learning-rate.ts'
import { readRuns, type ReadRun } from './points.ts'
import { tuningOf, type Tuning } from './tuning.ts'

/** The sweep as the log has it: what plan, progress and report are all computed from. */
export interface SweepState {
  readonly runs: readonly ReadRun[]
  readonly batches: readonly Batch[]
  readonly tuning: readonly Tuning[]
}

export function sweepState(config: CriticalBatchSizeConfig, runs: readonly StudiedRun[]): SweepState {
  const tuning = config.sweep.learningRateRule === 'tuned' ? tuningOf(config, runs) : []
  const read = readRuns(config, runs, new Map(tuning.map(({ batchSize, learningRate }) => [batchSize, learningRate])))
  return { runs: read, batches: batchesOf(config.sweep, read), tuning }
}

/** Between the seeds of two rounds in the order; more than a round can have runs. */
const ROUND = 1000

/**
 * The runs that the sweep wants now.
 *
 * The pilot comes first: the middle batch size with the first seed, which also estimates the noise scale. Then the first seed
 * over the whole range, ends before middles, so that a shape shows early; then the other seeds, those that take longest first, so
 * that the lanes end together. A batch size whose first seed never arrives takes no more (`stopHopeless`), one whose K is known
 * well enough neither, nor does one that the user has ended. Runs that the log has are wanted for as long as they have not lost their reason.
 */
export function planSweep(config: CriticalBatchSizeConfig, runs: readonly StudiedRun[], facts: DatasetFacts): PlannedRun[] {
  const state = sweepState(config, runs)
  const forecast = forecaster(config, state, facts)
  const existing = new Map(runs.map((run) => [run.key, run]))
  const wanted = requests(config, state, existing).filter(({ request }) => facts.endedBatchSizes?.has(request.batchSize) !== true).map(({ request, order }) => {
    const key = runKey(request)
    const known = existing.get(key)
    return { key, config: known?.config ?? runConfigFor(config, facts, request), order, forecastExamples: forecast.examples(request.batchSize, known) }
  })
  const keys = new Set(wanted.map(({ key }) => key))
  const sizes = new Set(config.sweep.batchSizes)
  const kept = runs
    .filter((run) => !keys.has(run.key) && run.status !== 'queued' && sizes.has(run.config.batchSize))
    .map((run) => ({ key: run.key, config: run.config, order: 0, forecastExamples: forecast.examples(run.config.batchSize, run) }))
  return [...kept, ...wanted].sort((one, other) => one.order - other.order)
}

function requests(config: CriticalBatchSizeConfig, state: SweepState, existing: ReadonlyMap<string, StudiedRun>): { request: Request; order: number }[] {
  const { sweep } = config
  const sizes = coarseFirst(sweep.batchSizes)
  const longestFirst = new Map([...state.batches].sort((one, other) => typicalMs(other) - typicalMs(one)).map((batch, rank) => [batch.batchSize, rank]))
  const pilot = sweep.estimateFirst ? sizes[0] : undefined
  return sizes.flatMap((batchSize, rank) => {
    const batch = state.batches.find((candidate) => candidate.batchSize === batchSize)
    const tuning = state.tuning.find((candidate) => candidate.batchSize === batchSize)
    const ask = (seed: number, learningRate: number | null): Request => ({ batchSize, seed, learningRate, estimatesNoise: batchSize === pilot && seed === sweep.firstSeed })
    const tried = tuning === undefined ? [] : sweep.tuningGrid.map((rate, position) => ({ request: ask(sweep.firstSeed, rate), order: rank * sweep.tuningGrid.length + position }))
    if (tuning !== undefined && !tuning.isDone) return tried
    const rate = tuning?.learningRate ?? null
    if (batch === undefined || (tuning !== undefined && rate === null)) return tried
    // A run that was taken off the plan before its first step stays off: the next seed stands in for it.
    const isOff = (seed: number) => {
      const known = existing.get(runKey(ask(seed, rate)))
      return known?.status === 'stopped' && known.steps === 0
    }
    const free = Array.from({ length: 2 * sweep.maxSeeds }, (_, i) => sweep.firstSeed + i).filter((seed) => !isOff(seed))
    const seeds = free.slice(0, seedsWanted(sweep, batch)).map((seed, round) => ({
      request: ask(seed, rate),
      order: round * ROUND + (round === 0 ? rank : (longestFirst.get(batchSize) ?? rank)),
    }))
    const tuned = new Set(tried.map(({ request }) => runKey(request)))
    return [...tried, ...seeds.filter(({ request }) => !tuned.has(runKey(request)))]
  })
}

/** How long a run of this batch size has taken; small batch sizes, which take most steps, first where nothing is known. */
function typicalMs(batch: Batch): number {
  const measured = batch.runs.filter((read) => read.hasEnded).map((read) => read.run.wallMs)
  return measured.length > 0 ? Math.max(...measured) : 1 / batch.batchSize
}

/** The middle, then both ends, then the middles of what lies between, and so on. */
export function coarseFirst(batchSizes: readonly number[]): number[] {
  const sorted = [...batchSizes].sort((one, other) => one - other)
  const last = sorted.length - 1
  const positions = [Math.floor(last / 2), last, 0]
  const halve = (spans: readonly (readonly [number, number])[]): void => {
    const split = spans.filter(([low, high]) => high - low > 1).map(([low, high]) => ({ low, middle: Math.floor((low + high) / 2), high }))
    if (split.length === 0) return
    positions.push(...split.map(({ middle }) => middle))
    halve(split.flatMap(({ low, middle, high }) => [[low, middle] as const, [middle, high] as const]))
  }
  halve([[0, Math.floor(last / 2)], [Math.floor(last / 2), last]])
  return [...new Set(positions)].flatMap((position) => sorted[position] ?? [])
}
