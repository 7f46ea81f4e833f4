import { bootstrap, geometricMean, median, verdict } from './statistics.ts'
import type { Interval } from './statistics.ts'

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
  /** Rounds by how the sides sat on the sessions. */
  readonly sittings: readonly (readonly Overhead[])[]
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

/** Of step time; the aim is less. */
const AIM = 1.02

/** Lines of the table of overheads: medians over the rounds, the overhead with its 95 % interval. */
export function overheadRows(rows: readonly OverheadRow[]): string[] {
  return rows.map(({ title, batch, sittings }) => {
    const rounds = sittings.flat()
    const ms = (of: (round: Overhead) => number) => digits(median(rounds.map(of)))
    const controlled = bootstrap(sittings, (groups) => overheadOf(groups, ({ controlledMs }) => controlledMs))
    const gradient = overheadOf(sittings, ({ gradientMs }) => gradientMs)
    return `| ${title} | ${batch} | ${ms((round) => round.fixedMs)} | ${ms((round) => round.controlledMs)} | ${overhead(controlled.estimate)} | ${range(controlled)} | ${overhead(gradient)} | ${(median(rounds.map((round) => round.extraCpuMs)) * 1000).toFixed(1)} |`
  })
}

/** The geometric mean over the sittings of the median of their rounds' ratios. */
function overheadOf(sittings: readonly (readonly Overhead[])[], sideMs: (round: Overhead) => number): number {
  return geometricMean(sittings.map((rounds) => median(rounds.map((round) => sideMs(round) / round.fixedMs))))
}

/** Over the cells. */
function overallOverhead(rows: readonly OverheadRow[]): Interval {
  const cells = rows.map(({ sittings }) => sittings)
  const bounds = cells.map((_, cell) => cells.slice(0, cell).reduce((sum, { length }) => sum + length, 0))
  return bootstrap(cells.flat(), (groups) => geometricMean(cells.map(({ length }, cell) => overheadOf(groups.slice(bounds[cell]!, bounds[cell]! + length), ({ controlledMs }) => controlledMs))))
}

/** Lines of the table of changes. */
export function changeRows(rows: readonly ChangeRow[]): string[] {
  return rows.map(({ title, from, to, firstMs, cachedMs, stepMs }) => `| ${title} | ${from} ↔ ${to} | ${digits(median(firstMs))} | ${digits(median(cachedMs))} | ${digits(stepMs)} |`)
}

/** The whole section. */
export function describeController({ overhead: overheads, changes, examples }: { readonly overhead: readonly OverheadRow[]; readonly changes: readonly ChangeRow[]; readonly examples: number }): string {
  const all = overallOverhead(overheads)
  return `Milliseconds a step of SGD, float32, on the CPU, of runs on ${examples} examples, with what they log written to a log on the disk: with a fixed batch, and with the loss-gap controller, whose every condition is on and can never be met. The sides' runs take turns in one process, of about an epoch each (a fifth of the CNN) (fixed, controlled, gradient, gradient, controlled, fixed); ${overheads.map(({ sittings }) => sittings.flat().length).join(', ')} such rounds, in three sittings, after each of which the sides change the sessions they run in. The overhead is the median of the rounds' ratios, beside it its 95 % interval (bootstrap over the rounds). The last column is what the controller and its rows in the log take of the thread that drives training.

| model | batch | fixed | controlled | overhead | 95 % interval | watching the gradient norm too | CPU µs a step |
|---|---:|---:|---:|---:|---:|---:|---:|
${overheadRows(overheads).join('\n')}

Geometric mean of the overheads: ${overhead(all.estimate)} (${range(all)}). The aim of less than 2 % is ${verdictText(all)}.

What a change of the batch size costs beyond the steps themselves, in ms: the first time the step is traced and optimised for its new shape and tried out for its memory, after that it is there. Medians of ${changes[0]?.firstMs.length ?? 0} sessions with one first and six later changes each.

| model | batch | first time | later | one step |
|---|---|---:|---:|---:|
${changeRows(changes).join('\n')}`
}

/** Of the aim: an interval that reaches over it shows nothing. */
function verdictText(interval: Interval): string {
  switch (verdict(interval, AIM)) {
    case 'met':
      return '**met**: the whole interval lies below it'
    case 'not met':
      return '**not met**: the whole interval lies above it'
    case 'not shown':
      return '**not shown**: the interval reaches over it'
  }
}

function range({ low, high }: Interval): string {
  return `${overhead(low)} to ${overhead(high)}`
}

function overhead(ratio: number): string {
  const percent = (ratio - 1) * 100
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
