import type { Block } from '../contract/report-document.ts'
import type { LossGapBatchConfig } from '../methods/loss-gap-batch/config.ts'
import type { LossGapBatchReport } from '../methods/loss-gap-batch/report.ts'
import { chartBlock, display, named, numbers, paragraph, series, tableBlock, tableOf } from './blocks.ts'
import type { Detail } from './detail.ts'
import { gainsChart } from './gains-chart.ts'
import { inPoints, meanInPercent, meanOf, percent } from './numbers.ts'

/** The question, charts and tables of a comparison of ways to choose the batch size. */
export function detailComparison(report: LossGapBatchReport, { comparison }: LossGapBatchConfig): Detail {
  const share = percent(comparison.confidence)
  return {
    question: [
      paragraph('When should the batch size change? A controller watches the gap G between where the loss is and where it should be: it takes a larger batch B once the slope of the gap has flattened, a smaller one when the run is about to diverge, and goes back when it has. It is trained beside fixed batch sizes and published controllers, all with the same seeds.'),
      display('G = \\mathrm{loss} - \\mathrm{ideal}, \\qquad B \\leftarrow \\min(B_{\\max}, \\gamma B) \\ \\text{ where the slope of } G \\text{ is not told from 0}'),
    ],
    results: [
      ...ratioChart(report, share),
      ...gainsChart({
        title: 'Accuracy against the fixed small batch',
        label: 'Accuracy minus that of fixed-small, percentage points',
        rows: report.arms.map(({ arm, accuracyGain }) => ({ name: arm, gain: accuracyGain })),
        tolerance: comparison.accuracyTolerance,
        caption: `Accuracy against the fixed small batch: means over the seeds that both have, with ${share} intervals. The tolerated loss is ${percent(comparison.accuracyTolerance)}.`,
      }),
      tableBlock(
        'Against the fixed small batch: how many times its updates, examples and time each way takes, and the difference in accuracy, with intervals.',
        tableOf(
          ['<Way', 'Updates', 'Examples', 'Time', 'Accuracy, points', 'Test accuracy', 'Changes', 'Rollbacks'],
          report.arms.map(({ arm, ratios, accuracyGain, testAccuracy, batchChanges, rollbacks }) => [arm, timesOf(ratios?.updates), timesOf(ratios?.examples), timesOf(ratios?.wallMs), inPoints(accuracyGain), meanInPercent(testAccuracy), meanOf(batchChanges), meanOf(rollbacks)]),
        ),
      ),
    ],
  }
}

type Times = { readonly value: number; readonly low: number | null; readonly high: number | null } | null | undefined

function timesOf(ratio: Times): string {
  if (ratio === null || ratio === undefined) return '–'
  const interval = ratio.low === null || ratio.high === null ? '' : ` (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`
  return `${ratio.value.toFixed(2)}${interval}`
}

function ratioChart({ arms }: LossGapBatchReport, share: string): readonly Block[] {
  const rows = arms.flatMap(({ arm, ratios }) => (ratios?.updates ? [{ name: arm, ...ratios.updates }] : []))
  return chartBlock(`Updates against the fixed small batch: geometric means over the seeds that both have, with ${share} intervals. Left of 1: fewer.`, {
    title: 'Updates against the fixed small batch',
    x: numbers('Times the updates of fixed-small', 'log'),
    y: named('', rows.map(({ name }) => name)),
    series: [series({ name: 'Updates', x: rows.map(({ value }) => value), y: rows.map((_, index) => index), low: rows.map(({ low }) => low), high: rows.map(({ high }) => high), interval: 'x' })],
    marks: [{ axis: 'x', value: 1, label: '' }],
  })
}
