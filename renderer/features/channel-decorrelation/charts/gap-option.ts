import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { bandSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import type { GapCourse } from '../gap-course.ts'

export interface GapChart {
  readonly course: GapCourse
  readonly format: (value: number) => string
  readonly texts: { readonly x: string; readonly y: string; readonly train: string; readonly validation: string; readonly gap: string }
}

/** What was learnt and what of it holds on examples that were not trained on: the band between them is the gap. */
export function gapOption(context: ChartContext, { course: { step, train, validation }, format, texts }: GapChart): EChartsOption {
  const { colors, formats } = context
  const base = baseOption(context)
  const line = (name: string, color: string, values: readonly number[]): LineSeriesOption => ({ type: 'line', name, symbol: step.length > 1 ? 'none' : 'circle', data: step.map((at, index) => [at, values[index] ?? Number.NaN]), itemStyle: { color }, lineStyle: { color, width: 1.8 }, emphasis: { disabled: true }, z: 3 })
  const low = step.map((_, index) => Math.min(train[index] ?? Number.NaN, validation[index] ?? Number.NaN))
  const high = step.map((_, index) => Math.max(train[index] ?? Number.NaN, validation[index] ?? Number.NaN))
  return {
    ...base,
    legend: { ...base.legend, data: [{ name: texts.train, icon: 'roundRect', itemStyle: { color: colors.accent } }, { name: texts.validation, icon: 'roundRect', itemStyle: { color: colors.second } }, { name: texts.gap, icon: 'roundRect', itemStyle: { color: colors.muted, opacity: 0.5 } }] } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.x, format: formats.compact, from: 0 }),
    yAxis: yAxis(context, { name: texts.y, format }),
    series: [bandSeries({ name: texts.gap, x: step, low, high, color: colors.muted, opacity: 0.2 }), line(texts.train, colors.accent, train), line(texts.validation, colors.second, validation)],
    tooltip: {
      ...base.tooltip,
      trigger: 'axis',
      formatter: (pointed: unknown) => {
        const first: unknown = Array.isArray(pointed) ? pointed[0] : undefined
        const index = Number(Reflect.get(Object(first), 'dataIndex'))
        if (step[index] === undefined) return ''
        const [own, other] = [train[index] ?? Number.NaN, validation[index] ?? Number.NaN]
        return [`${texts.x}: ${formats.count(step[index])}`, `${texts.train}   ${format(own)}`, `${texts.validation}   ${format(other)}`, `${texts.gap}   ${format(Math.abs(own - other))}`].join('\n')
      },
    } as NonNullable<EChartsOption['tooltip']>,
  }
}
