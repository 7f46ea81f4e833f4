import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { orderedColors } from '../../../charts/colors.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { batchSpan, logSpan } from '../../../charts/log-axis.ts'
import type { StudyReport } from '../study.store.ts'

type Batches = StudyReport['batches']

export interface TimeTexts {
  readonly xName: string
  readonly stepName: string
  readonly totalName: string
  readonly step: string
  readonly total: string
}

/** Time of one step and time (or money) to the target, against the batch size: two axes, both logarithmic. */
export function timeOption(context: ChartContext, batches: Batches, texts: TimeTexts, totalOf: (meanWallMs: number) => number): EChartsOption {
  const { colors, formats } = context
  const steps = batches.flatMap((batch) => (batch.stepMs === null ? [] : [[batch.batchSize, batch.stepMs] as const]))
  const totals = batches.flatMap((batch) => (batch.meanWallMs === null ? [] : [[batch.batchSize, totalOf(batch.meanWallMs)] as const]))
  const format = (value: number) => formats.significant(value)
  const line = (name: string, data: readonly (readonly [number, number])[], color: string, axis: number, symbol: string) => ({
    type: 'line' as const,
    name,
    yAxisIndex: axis,
    data: data.map((pair) => [...pair]),
    symbol,
    symbolSize: 7,
    itemStyle: { color },
    lineStyle: { color, width: 1.8 },
    tooltip: { formatter: (shown: unknown) => `b = ${formats.count((shown as { value: number[] }).value[0] ?? 0)}\n${name}: ${format((shown as { value: number[] }).value[1] ?? 0)}` },
  })
  const left = yAxis(context, { name: texts.stepName, format, log: logSpan(steps.map(([, y]) => y), 1.3) })
  const right = yAxis(context, { name: texts.totalName, format, log: logSpan(totals.map(([, y]) => y), 1.3), place: 'right', withoutGrid: true })
  return {
    ...baseOption(context),
    xAxis: xAxis(context, { name: texts.xName, format: formats.count, log: batchSpan(batches.map((batch) => batch.batchSize)) }),
    yAxis: [left, right] as NonNullable<EChartsOption['yAxis']>,
    series: [line(texts.step, steps, colors.second, 0, 'rect'), line(texts.total, totals, colors.accent, 1, 'circle')],
  }
}

/** Steps against examples, one labelled point a batch size, joined in the order of the batch sizes. */
export function paretoOption(context: ChartContext, batches: Batches, texts: { readonly xName: string; readonly yName: string }): EChartsOption {
  const { colors, formats } = context
  const reached = batches.flatMap((batch) => (batch.meanSteps === null || batch.meanExamples === null ? [] : [{ b: batch.batchSize, k: batch.meanSteps, n: batch.meanExamples }]))
  const tones = orderedColors(reached.length, colors)
  return {
    ...baseOption(context),
    legend: { show: false },
    xAxis: xAxis(context, { name: texts.xName, log: logSpan(reached.map(({ n }) => n), 1.3) }),
    yAxis: yAxis(context, { name: texts.yName, log: logSpan(reached.map(({ k }) => k), 1.5) }),
    series: [
      { type: 'line', showSymbol: false, silent: true, data: reached.map(({ k, n }) => [n, k]), lineStyle: { color: colors.line, width: 1.2 } },
      {
        type: 'scatter',
        symbolSize: 10,
        data: reached.map(({ b, k, n }, index) => ({
          value: [n, k, b],
          itemStyle: { color: tones[index] ?? colors.accent },
          label: { show: true, formatter: `b = ${formats.count(b)}`, position: 'right', color: colors.muted, fontSize: 11.5 },
        })),
        tooltip: {
          formatter: (shown: unknown) => {
            const [n = 0, k = 0, b = 0] = (shown as { value: number[] }).value
            return `b = ${formats.count(b)}\nK = ${formats.count(k)}\nN = ${formats.count(n)}`
          },
        },
      },
    ],
  }
}
