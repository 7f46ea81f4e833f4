import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'
import { tickText } from './tick-text.ts'
import { fittedLine, thresholdLines } from './density-option.ts'
import type { FittedLine } from './density-option.ts'

export interface TailChart {
  /** Of the values themselves: distance from the centre, and the share of them at it or farther out. */
  readonly found: readonly (readonly [distance: number, share: number])[]
  readonly lines: readonly FittedLine[]
  /** Distances from which on values are sent. */
  readonly thresholds: readonly number[]
  /** Share that is to be sent; null where none is asked for. */
  readonly asked: number | null
  readonly texts: { readonly x: string; readonly y: string; readonly values: string; readonly threshold: string; readonly asked: string }
}

/** How far out the values reach against what each family expects, both axes logarithmic: a straight line is a power law, a bend is a lighter tail. */
export function tailOption(context: ChartContext, { found, lines, thresholds, asked, texts }: TailChart): EChartsOption {
  const { colors, formats } = context
  const shown = found.filter(([distance, share]) => distance > 0 && share > 0)
  const shares = shown.map(([, share]) => share)
  const xs = logSpan([...shown.map(([distance]) => distance), ...thresholds.map((threshold) => 1.08 * threshold)], 1)
  const ys = logSpan([...shares, 1, shares.reduce((least, share) => Math.min(least, share), 1) / 4], 1)
  const base = baseOption(context)
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.x, format: (value) => tickText(value, formats), log: xs }),
    yAxis: yAxis(context, { name: texts.y, format: (value) => tickText(value, formats), log: ys }),
    series: [
      { type: 'line', name: texts.values, symbol: 'circle', symbolSize: 3.5, clip: true, data: shown.map((place) => [...place]), itemStyle: { color: colors.muted }, lineStyle: { color: colors.muted, width: 1 }, emphasis: { disabled: true }, z: 2 },
      ...lines.map((line) => fittedLine({ ...line, places: line.places.filter(([, share]) => share >= ys.min / 2) })),
      ...(asked === null ? [] : [fittedLine({ name: texts.asked, color: colors.bad, dash: 'dotted', places: [[xs.min, asked], [xs.max, asked]] })]),
      ...thresholds.flatMap((upper) => thresholdLines({ limits: { lower: null, upper }, name: texts.threshold, color: colors.bad, from: ys.min, to: ys.max })),
    ],
    tooltip: { ...base.tooltip, trigger: 'axis', valueFormatter: (value: unknown) => formats.significant(Number(value)) } as NonNullable<EChartsOption['tooltip']>,
  }
}
