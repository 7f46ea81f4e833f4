import type { CriticalBatchSizeConfig } from '../main/methods/critical-batch-size/config.ts'
import { median } from './statistics.ts'

/** One whole sweep by one side. */
export interface SweepRow {
  readonly round: number
  readonly side: 'ours' | 'torch'
  /** Wall time of the process, start-up included. */
  readonly seconds: number
  readonly runs: number
  readonly censored: number
  /** Trained until the target or the cap, over all runs. */
  readonly examples: number
}

export interface SweepDescription {
  readonly config: CriticalBatchSizeConfig
  readonly threads: number
  readonly notes: readonly string[]
}

/** The times of all sweeps and the ratio of their medians, as Markdown. */
export function describeSweeps(rows: readonly SweepRow[], { config, threads, notes }: SweepDescription): string {
  const { sweep, run } = config
  const method =
    `${sweep.batchSizes.length} batch sizes (${sweep.batchSizes.join(', ')}), ${sweep.minSeeds} to ${sweep.maxSeeds} seeds each, an ${run.model.kind.toUpperCase()} on ${run.dataset.name}, ` +
    `${run.optimizer.kind}, each run until ${sweep.target.criterion} ${sweep.target.value}, ${threads} threads, on the CPU. Both sides read the same config, train on the same examples and follow the same ` +
    `rules for evaluation, stop and seeds; the sides took turns. The script (\`bench/peers/sweep_torch.py\`) keeps normalised float32 tensors resident, loops plainly, and ` +
    `evaluates without gradients in chunks of 2048. Loupe also logs every step, saves checkpoints, estimates the noise scale in one run, fits the laws, and may train runs side by side.`
  const table = [
    '| round | side | seconds | runs | censored | examples trained |',
    '|---:|---|---:|---:|---:|---:|',
    ...rows.map((row) => `| ${row.round} | ${title(row.side)} | ${row.seconds.toFixed(1)} | ${row.runs} | ${row.censored} | ${row.examples} |`),
  ].join('\n')
  return [method, table, ...ratioOf(rows), ...notes].join('\n\n')
}

/** Seeds draw other weights in the two, so runs take other numbers of steps: the second ratio leaves that out. */
function ratioOf(rows: readonly SweepRow[]): readonly string[] {
  const of = (side: SweepRow['side'], pick: (row: SweepRow) => number): number => median(rows.filter((row) => row.side === side).map(pick))
  if (!rows.some(({ side }) => side === 'torch')) return []
  const whole = of('torch', ({ seconds }) => seconds) / of('ours', ({ seconds }) => seconds)
  const perExample = of('torch', ({ seconds, examples }) => seconds / examples) / of('ours', ({ seconds, examples }) => seconds / examples)
  return [`PyTorch's time divided by Loupe's, medians: ${whole.toFixed(2)} for the whole sweep, ${perExample.toFixed(2)} for each example trained. Above 1 Loupe is faster.`]
}

function title(side: SweepRow['side']): string {
  return side === 'ours' ? 'Loupe' : 'PyTorch'
}
