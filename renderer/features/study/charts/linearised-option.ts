import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import type { StudyReport } from '../study.store.ts'

export interface LinearisedTexts {
  readonly xName: string
  readonly yName: string
  readonly fit: string
  readonly runs: string
  readonly residual: string
}

/** 1/K against 1/b, where the law with a minimum is a straight line; each point hangs on the line by its residual. */
export function linearisedOption(context: ChartContext, data: NonNullable<StudyReport['linearised']>, texts: LinearisedTexts): EChartsOption {
  const { colors, formats } = context
  const order = data.x.map((_, index) => index).sort((a, b) => (data.x[a] ?? 0) - (data.x[b] ?? 0))
  const at = (values: readonly number[], index: number) => values[index] ?? Number.NaN
  return {
    ...baseOption(context),
    xAxis: xAxis(context, { name: texts.xName, format: (value) => formats.significant(value, 2), from: 0 }),
    yAxis: yAxis(context, { name: texts.yName, format: (value) => formats.significant(value, 2) }),
    series: [
      { type: 'line', name: texts.fit, symbol: 'none', silent: true, itemStyle: { color: colors.accent }, lineStyle: { color: colors.accent, width: 2 }, data: order.map((index) => [at(data.x, index), at(data.fitted, index)]) },
      {
        type: 'line',
        name: texts.residual,
        symbol: 'none',
        silent: true,
        itemStyle: { color: colors.second },
        lineStyle: { color: colors.second, width: 1.4 },
        data: order.flatMap((index) => [[at(data.x, index), at(data.fitted, index)], [at(data.x, index), at(data.y, index)], ['-', '-']]),
      },
      {
        type: 'scatter',
        name: texts.runs,
        symbolSize: 8,
        itemStyle: { color: colors.surface, borderColor: colors.ink, borderWidth: 1.5 },
        data: order.map((index) => [at(data.x, index), at(data.y, index), at(data.batchSize, index), at(data.y, index) - at(data.fitted, index)]),
        tooltip: {
          formatter: (shown: unknown) => {
            const value = (shown as { value: number[] }).value
            return `b = ${formats.count(value[2] ?? 0)}\n1/K = ${formats.significant(value[1] ?? 0)}\n${texts.residual} ${formats.significant(value[3] ?? 0, 2)}`
          },
        },
      },
    ],
  }
}
