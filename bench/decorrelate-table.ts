import { bootstrap, median } from './statistics.ts'

/** One round of one model, ms a step. */
export interface DecorrelateRow {
  readonly title: string
  /** Channels that are compared. */
  readonly channels: number
  /** Of labelled examples alone. */
  readonly plainMs: number
  /** The same with a loss between their channels (figure 3C). */
  readonly labelledMs: number
  /** Plain, of twice as many examples. */
  readonly doubledMs: number
  /** As many unlabelled examples beside the labelled ones, with losses between the channels of both (figure 3B). */
  readonly bothMs: number
}

/** Most that the loss may add to a step. */
const AIM = 0.15

/** The table, how it was measured, and what it says about the aim. */
export function describeDecorrelation(rows: readonly DecorrelateRow[], { batchSize, threads }: { readonly batchSize: number; readonly threads: number }): string {
  const groups = [...Map.groupBy(rows, ({ title }) => title)]
  const share = (of: readonly DecorrelateRow[], side: (row: DecorrelateRow) => number) => bootstrap([of], ([group]) => median(group!.map(side)) - 1) // one group was given
  const percent = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)} %`
  const told = (of: readonly DecorrelateRow[], side: (row: DecorrelateRow) => number) => {
    const { estimate, low, high } = share(of, side)
    return `${percent(estimate)} (${percent(low)} to ${percent(high)})`
  }
  const added = (row: DecorrelateRow) => row.labelledMs / row.plainMs
  const lines = groups.map(([title, of]) => {
    const middle = (side: (row: DecorrelateRow) => number) => median(of.map(side)).toPrecision(3)
    return `| ${title} | ${of[0]?.channels ?? 0} | ${middle((row) => row.plainMs)} | ${middle((row) => row.labelledMs)} | ${told(of, added)} | ${middle((row) => row.doubledMs)} | ${middle((row) => row.bothMs)} | ${told(of, (row) => row.bothMs / row.doubledMs)} |`
  })
  const estimates = groups.map(([, of]) => share(of, added))
  const isShown = estimates.every(({ high }) => high < AIM)
  const isMet = estimates.every(({ estimate }) => estimate < AIM)
  return `Milliseconds a step with Adam and batches of ${batchSize}, on ${threads} threads: of the task loss alone, and with the mean squared correlation between the channels of the last feature (figure 3C). Then, as figure 3B draws as many unlabelled examples, plain steps of twice the batch beside steps of ${batchSize} labelled and ${batchSize} unlabelled ones with both losses between channels. Each round measures the four one after the other; medians of ${groups[0]?.[1].length ?? 0} rounds, and of the ratios of a round, with their 95 % intervals.

| model | channels | plain, ms | 3C, ms | added | plain, twice the batch, ms | 3B, ms | added |
|---|---:|---:|---:|---:|---:|---:|---:|
${lines.join('\n')}

The aim that the loss adds less than ${100 * AIM} % to a step of 64 channels at batch 64 is **${isMet ? 'met' : 'not met'}**${isMet && !isShown ? ' by the medians, not by every interval' : ''}.`
}
