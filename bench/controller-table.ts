import { geometricMean, median } from './statistics.ts'

/** One round of a cell, ms a step. */
export interface Overhead {
  readonly fixedMs: number
  readonly controlledMs: number
  /** With the norm of the weight gradient watched as well. */
  readonly gradientMs: number
  /** CPU time of the thread that drives training, beyond that with a fixed batch. */
  readonly extraCpuMs: number
}

export interface OverheadRow {
  readonly measure: 'overhead'
  readonly title: string
  readonly batch: number
  readonly rounds: readonly Overhead[]
}

export interface ChangeRow {
  readonly measure: 'change'
  readonly title: string
  readonly from: number
  readonly to: number
  /** To a batch size that has not been trained with in the session. */
  readonly firstMs: readonly number[]
  readonly cachedMs: readonly number[]
  /** Of the smaller batch, for comparison. */
  readonly stepMs: number
}

/** Lines of the table of overheads: medians over the rounds, and the lowest and highest ratio. */
export function overheadRows(rows: readonly OverheadRow[]): string[] {
  return rows.map(({ title, batch, rounds }) => {
    const ratios = rounds.map(({ fixedMs, controlledMs }) => controlledMs / fixedMs)
    const gradient = rounds.map(({ fixedMs, gradientMs }) => gradientMs / fixedMs)
    const ms = (of: (round: Overhead) => number) => digits(median(rounds.map(of)))
    return `| ${title} | ${batch} | ${ms((round) => round.fixedMs)} | ${ms((round) => round.controlledMs)} | ${overhead(median(ratios))} | ${overhead(Math.min(...ratios))} to ${overhead(Math.max(...ratios))} | ${overhead(median(gradient))} | ${(median(rounds.map((round) => round.extraCpuMs)) * 1000).toFixed(1)} |`
  })
}

/** Lines of the table of changes. */
export function changeRows(rows: readonly ChangeRow[]): string[] {
  return rows.map(({ title, from, to, firstMs, cachedMs, stepMs }) => `| ${title} | ${from} ↔ ${to} | ${digits(median(firstMs))} | ${digits(median(cachedMs))} | ${digits(stepMs)} |`)
}

/** The whole section. */
export function describeController({ overhead: overheads, changes, examples }: { readonly overhead: readonly OverheadRow[]; readonly changes: readonly ChangeRow[]; readonly examples: number }): string {
  const rounds = overheads[0]?.rounds.length ?? 0
  const all = geometricMean(overheads.map((row) => median(row.rounds.map(({ fixedMs, controlledMs }) => controlledMs / fixedMs))))
  return `Milliseconds a step of SGD, float32, on the CPU, of runs on ${examples} examples, with what they log written to a log on the disk: with a fixed batch, and with the loss-gap controller, whose every condition is on and can never be met. Medians of ${rounds} rounds of two runs a side, of about a third of a second each, in which the sides took turns (fixed, controlled, controlled, fixed); the overhead is the median of the rounds' ratios. The last column is what the controller and its rows in the log take of the thread that drives training, some of it while TensorFlow computes.

| model | batch | fixed | controlled | overhead | rounds | watching the gradient norm too | CPU µs a step |
|---|---:|---:|---:|---:|---:|---:|---:|
${overheadRows(overheads).join('\n')}

Geometric mean of the overheads: ${overhead(all)}; the aim is less than 2 %. Of the cells the MLP at batch 16 is the hardest, its steps being the shortest.

What a change of the batch size costs beyond the steps themselves, in ms: the first time the step is traced and optimised for its new shape and tried out for its memory, after that it is there. Medians of ${changes[0]?.firstMs.length ?? 0} sessions with one first and six later changes each.

| model | batch | first time | later | one step |
|---|---|---:|---:|---:|
${changeRows(changes).join('\n')}`
}

function overhead(ratio: number): string {
  const percent = (ratio - 1) * 100
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
