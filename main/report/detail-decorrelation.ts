import type { Block } from '../contract/report-document.ts'
import type { Spread } from '../contract/spread.ts'
import type { ChannelDecorrelationConfig } from '../methods/channel-decorrelation/config.ts'
import type { ChannelDecorrelationReport, DecorrelatedArm } from '../methods/channel-decorrelation/report.ts'
import { chartBlock, display, numbers, paragraph, tableBlock, tableOf } from './blocks.ts'
import type { Detail } from './detail.ts'
import { gainsChart } from './gains-chart.ts'
import { groupedSeries } from './grouped-series.ts'
import { percent } from './numbers.ts'

/** The question, charts and tables of a comparison of ways to train on few labels. */
export function detailDecorrelation(report: ChannelDecorrelationReport, { labels }: ChannelDecorrelationConfig): Detail {
  const share = percent(labels.confidence)
  return {
    question: [
      paragraph('Do the channels of a feature say different things, and does it help where labels are few to make them? The correlation ρ between channels is lowered beside the task, on labelled and on unlabelled examples, and each way is held against the same network with the task alone, on the same labels, with the same seeds.'),
      display('\\rho_{ij} = \\frac{\\langle \\tilde z_i, \\tilde z_j \\rangle}{|\\tilde z_i|\\,|\\tilde z_j|}, \\qquad L = w_2 L_{\\text{task}} + w_3 \\sum_{\\text{unlabelled}} \\rho^2 + w_4 \\sum_{\\text{labelled}} \\rho^2'),
    ],
    results: [
      ...overLabels(report, { read: ({ accuracy }) => accuracy, scale: 100, title: 'Accuracy against labels', label: 'Accuracy, per cent', share }),
      ...gainsChart({
        title: 'Accuracy against supervised training',
        label: 'Accuracy minus that of supervised, percentage points',
        rows: report.arms.map(({ id, against }) => ({ name: id, gain: against?.accuracy ?? null })),
        caption: `Accuracy against supervised training on as many labels: means over the seeds that both have, with ${share} intervals.`,
      }),
      ...overLabels(report, { read: ({ meanCorrelation }) => meanCorrelation, scale: 1, title: 'Correlation against labels', label: 'Mean |ρ| of the first feature', share }),
      ...floorTable(report),
    ],
  }
}

function overLabels({ arms }: ChannelDecorrelationReport, options: { readonly read: (arm: DecorrelatedArm) => Spread | null; readonly scale: number; readonly title: string; readonly label: string; readonly share: string }): readonly Block[] {
  const { read, scale, title, label, share } = options
  const points = arms.flatMap((arm) => {
    const y = read(arm)
    return y === null ? [] : [{ group: arm.way, x: arm.labels, y }]
  })
  return chartBlock(`${title}: means over the seeds, with ${share} intervals.`, { title, x: numbers('Labelled examples', 'log'), y: numbers(label), series: groupedSeries(points, scale) })
}

function floorTable({ noiseFloors }: ChannelDecorrelationReport): readonly Block[] {
  if (noiseFloors.length === 0) return []
  return [
    tableBlock(
      'What channels that have nothing to do with each other are measured as by chance alone, from so many samples.',
      tableOf(['<Samples of', 'Samples', 'Mean ρ²', 'Mean |ρ|'], noiseFloors.map(({ stream, index, samples, meanSquared, meanAbsolute }) => [stream === 'unlabelled' ? `unlabelled ${index + 1}` : stream, String(samples), meanSquared.toPrecision(3), meanAbsolute.toPrecision(3)])),
    ),
  ]
}
