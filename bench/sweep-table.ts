import type { CriticalBatchSizeConfig } from '../main/methods/critical-batch-size/config.ts'
import { median } from './statistics.ts'

/** One whole sweep by one side. */
export interface SweepRow {
  readonly round: number
  /** Loupe as it is, Loupe with each evaluation made, or PyTorch, which makes each. */
  readonly side: 'ours' | 'ours-always' | 'torch'
  /** Wall time of the process, start-up included. */
  readonly seconds: number
  /** Of the training loss, over all runs. */
  readonly evaluations: number
  /** Those that were trained: a run that was planned and taken back is not among them. */
  readonly runs: readonly SweptRun[]
}

export interface SweptRun {
  readonly batchSize: number
  readonly seed: number
  /** K where the target was reached. */
  readonly steps: number | null
  /** Trained until the target or the cap. */
  readonly examples: number
  readonly censored: boolean | null
}

export interface SweepDescription {
  readonly config: CriticalBatchSizeConfig
  readonly threads: number
  readonly notes: readonly string[]
}

/** The times of all sweeps and the ratios of their medians, as Markdown. */
export function describeSweeps(rows: readonly SweepRow[], { config, threads, notes }: SweepDescription): string {
  const { sweep, run } = config
  const method =
    `${sweep.batchSizes.length} batch sizes (${sweep.batchSizes.join(', ')}), ${sweep.minSeeds} to ${sweep.maxSeeds} seeds each, an ${run.model.kind.toUpperCase()} on ${run.dataset.name}, ` +
    `${run.optimizer.kind}, each run until ${sweep.target.criterion} ${sweep.target.value}, ${threads} threads, on the CPU. All sides read the same config, train on the same examples and follow the same ` +
    `rules for stop and seeds; the sides took turns. The script (\`bench/peers/sweep_torch.py\`) keeps normalised float32 tensors resident, loops plainly, and ` +
    `evaluates without gradients in chunks of 2048, at each interval. Loupe by default leaves out evaluations while the batch losses are far above the target (\`evaluation.when\`: near-target); with each ` +
    `evaluation made (always) it does the same work as the script. Loupe also logs every step, saves checkpoints, estimates the noise scale in one run, fits the laws, and may train runs side by side.`
  const table = [
    '| round | side | seconds | evaluations | runs | censored | examples trained |',
    '|---:|---|---:|---:|---:|---:|---:|',
    ...rows.map((row) => `| ${row.round} | ${titles[row.side]} | ${row.seconds.toFixed(1)} | ${row.evaluations} | ${row.runs.length} | ${row.runs.filter(({ censored }) => censored === true).length} | ${Math.round(examplesOf(row))} |`),
  ].join('\n')
  return [method, table, ...ratioOf(rows), ...sameSteps(rows), ...notes].join('\n\n')
}

const titles: Readonly<Record<SweepRow['side'], string>> = { ours: 'Loupe', 'ours-always': 'Loupe, always', torch: 'PyTorch' }

/** Seeds draw other weights in the two, so runs take other numbers of steps: the second ratio leaves that out. */
function ratioOf(rows: readonly SweepRow[]): readonly string[] {
  const of = (side: SweepRow['side'], pick: (row: SweepRow) => number): number => median(rows.filter((row) => row.side === side).map(pick))
  if (!rows.some(({ side }) => side === 'torch')) return []
  const pace = (row: SweepRow) => row.seconds / examplesOf(row)
  const against = (side: 'ours' | 'ours-always') =>
    `${(of('torch', ({ seconds }) => seconds) / of(side, ({ seconds }) => seconds)).toFixed(2)} for the whole sweep, ${(of('torch', pace) / of(side, pace)).toFixed(2)} for each example trained`
  return [`PyTorch's time divided by Loupe's, medians: ${against('ours')}; with each evaluation made, ${against('ours-always')}. Above 1 Loupe is faster.`]
}

/** Whether leaving out evaluations has changed what the sweep measures. */
function sameSteps(rows: readonly SweepRow[]): readonly string[] {
  const always = rows.find(({ side }) => side === 'ours-always')
  if (always === undefined) return []
  const expected = new Map(always.runs.map((run) => [keyOf(run), run]))
  const others = rows.filter(({ side }) => side !== 'torch')
  const differing = new Set(others.flatMap(({ runs }) => [...runs.filter((run) => !isSame(run, expected.get(keyOf(run)))).map(keyOf), ...missing(expected, runs)]))
  if (differing.size > 0) return [`**K is not the same** in all of Loupe's sweeps: ${[...differing].join('; ')}.`]
  return [`In all ${others.length} of Loupe's sweeps the ${always.runs.length} runs gave the same K, to the last digit.`]
}

function missing(expected: ReadonlyMap<string, SweptRun>, runs: readonly SweptRun[]): readonly string[] {
  const found = new Set(runs.map(keyOf))
  return [...expected.keys()].filter((key) => !found.has(key))
}

function isSame(run: SweptRun, other: SweptRun | undefined): boolean {
  return other !== undefined && run.steps === other.steps && run.censored === other.censored
}

function keyOf({ batchSize, seed }: SweptRun): string {
  return `batch ${batchSize}, seed ${seed}`
}

function examplesOf({ runs }: SweepRow): number {
  return runs.reduce((sum, { examples }) => sum + examples, 0)
}
