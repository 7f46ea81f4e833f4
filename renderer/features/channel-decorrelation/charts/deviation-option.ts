import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { withOpacity } from '../../../charts/colors.ts'
import { bandSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import { quantileOf } from '../tap-course.ts'

export interface DeviationChart {
  /** Standard deviation of each channel at each step. */
  readonly course: readonly { readonly step: number; readonly deviations: readonly number[] }[]
  readonly at: number
  readonly texts: { readonly x: string; readonly y: string; readonly median: string; readonly most: string; readonly each: string }
}

/** More of them would be one grey field. */
const mostLines = 64

/** The deviation of each channel over training: the median, four fifths of the channels as a band, and each channel as a faint line where they are few. */
export function deviationOption(context: ChartContext, { course, at, texts }: DeviationChart): EChartsOption {
  const { colors, formats } = context
  const base = baseOption(context)
  const steps = course.map(({ step }) => step)
  const quantile = (share: number) => course.map(({ deviations }) => quantileOf(deviations, share))
  const channels = Math.max(0, ...course.map(({ deviations }) => deviations.length))
  const line = (values: readonly number[]) => steps.map((step, index) => [step, values[index] ?? Number.NaN])
  const each = channels > mostLines ? [] : Array.from({ length: channels }, (_, channel): LineSeriesOption => ({ type: 'line', name: texts.each, symbol: 'none', silent: true, data: line(course.map(({ deviations }) => deviations[channel] ?? Number.NaN)), itemStyle: { color: colors.muted }, lineStyle: { color: withOpacity(colors.muted, 0.3), width: 1 }, tooltip: { show: false }, emphasis: { disabled: true }, z: 2 }))
  return {
    ...base,
    legend: { ...base.legend, data: [{ name: texts.median, icon: 'roundRect', itemStyle: { color: colors.accent } }, { name: texts.most, icon: 'roundRect', itemStyle: { color: colors.accent, opacity: 0.4 } }, ...(each.length === 0 ? [] : [{ name: texts.each, icon: 'roundRect', itemStyle: { color: colors.muted, opacity: 0.5 } }])] } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.x, format: formats.compact, from: 0 }),
    yAxis: yAxis(context, { name: texts.y, format: (value) => formats.significant(value, 2), from: 0 }),
    series: [
      { ...bandSeries({ name: texts.most, x: steps, low: quantile(0.1), high: quantile(0.9), color: colors.accent, opacity: 0.2 }) },
      ...each,
      {
        type: 'line',
        name: texts.median,
        symbol: steps.length > 1 ? 'none' : 'circle',
        data: line(quantile(0.5)),
        itemStyle: { color: colors.accent },
        lineStyle: { color: colors.accent, width: 2 },
        emphasis: { disabled: true },
        z: 5,
        markLine: { symbol: 'none', silent: true, animation: false, label: { show: false }, lineStyle: { color: colors.ink, width: 1.2, type: 'dashed' }, data: [{ xAxis: at }] },
      } satisfies LineSeriesOption,
    ],
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (pointed: unknown) => pointedText(pointed, { course, texts, formats }) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function pointedText(pointed: unknown, { course, texts, formats }: { readonly course: DeviationChart['course']; readonly texts: DeviationChart['texts']; readonly formats: ChartContext['formats'] }): string {
  const first: unknown = Array.isArray(pointed) ? pointed[0] : undefined
  const value: unknown = Reflect.get(Object(first), 'value')
  const step = Array.isArray(value) ? Number(value[0]) : Number.NaN
  const found = course.find((one) => one.step === step)
  if (found === undefined) return ''
  const q = (share: number) => formats.significant(quantileOf(found.deviations, share))
  return [`${texts.x}: ${formats.count(step)}`, `${texts.median}   ${q(0.5)}`, `${texts.most}   ${q(0.1)} – ${q(0.9)}`].join('\n')
}
