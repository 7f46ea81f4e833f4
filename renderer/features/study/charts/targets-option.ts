import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { errorBarSeries } from '../../../charts/custom-series.ts'
import type { ErrorBar } from '../../../charts/custom-series.ts'
import type { EChartsOption, Series } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'
import { readBatchSize, readEnds, relation } from '../verdict.ts'
import { hasInverseLaw } from '../targets.ts'
import type { TargetReading } from '../targets.ts'

export interface TargetsTexts {
  readonly xName: string
  readonly yName: string
  readonly own: string
  readonly others: string
  readonly inverse: string
}

/** b* with its interval against the target; the study's own stands out. Both axes are logarithmic, but that of an accuracy is not. */
export function targetsOption(context: ChartContext, readings: readonly TargetReading[], texts: TargetsTexts): EChartsOption {
  const { colors, formats } = context
  const known = readings.flatMap(({ target, isOwn, criticalBatchSize: { estimate, low, high } }) =>
    estimate === null ? [] : [{ isOwn, ends: readEnds(low, high, formats), bar: { x: target.value, y: estimate, low: low ?? estimate, high: high ?? estimate } }],
  )
  const criterion = readings[0]?.target.criterion ?? 'train-loss'
  const isAccuracy = criterion.endsWith('accuracy')
  const own = known.find(({ isOwn }) => isOwn)?.bar
  const all = known.map(({ bar }) => bar).toSorted((one, other) => one.x - other.x)
  const endsAt = new Map(known.map(({ bar, ends }) => [bar.x, ends]))
  const bars = (name: string, points: readonly ErrorBar[], color: string): Series[] =>
    points.length === 0
      ? []
      : [
          errorBarSeries({
            name,
            points,
            color,
            text: ({ x, y, low, high }) => {
              const ends = endsAt.get(x) ?? ''
              return `${relation(criterion)} ${formats.significant(x)}\nb* = ${readBatchSize(y, low, high, formats)}${ends === '' ? '' : `\n${ends}`}`
            },
          }),
        ]
  const xs = readings.map(({ target }) => target.value)
  const base = baseOption(context)
  const entries = [...(own && hasInverseLaw(criterion) ? [{ name: texts.inverse, itemStyle: { opacity: 0 } }] : []), ...(known.some(({ isOwn }) => !isOwn) ? [{ name: texts.others, icon: 'circle' }] : []), ...(own ? [{ name: texts.own, icon: 'circle' }] : [])]
  return {
    ...base,
    legend: { ...base.legend, data: entries } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.xName, format: (value) => formats.significant(value), ...(isAccuracy ? { from: Math.floor(Math.min(...xs) * 20 - 0.2) / 20, to: Math.min(1, Math.ceil(Math.max(...xs) * 20 + 0.2) / 20) } : { log: logSpan(xs, 1.1) }) }),
    yAxis: yAxis(context, { name: texts.yName, format: formats.count, log: logSpan([...all.flatMap(({ y, low, high }) => [y, Math.max(low, y / 20), Math.min(high, y * 20)])], 1.25) }),
    series: [
      ...(own && hasInverseLaw(criterion) ? [inverseLine(texts.inverse, own, xs, colors.muted)] : []),
      { type: 'line', silent: true, symbol: 'none', z: 2, data: all.map(({ x, y }) => [x, y]), lineStyle: { color: colors.line, width: 1.4 }, tooltip: { show: false } },
      ...bars(texts.others, known.flatMap(({ isOwn, bar }) => (isOwn ? [] : [bar])), colors.ink),
      ...bars(texts.own, own ? [own] : [], colors.accent),
    ],
  }
}

function inverseLine(name: string, own: ErrorBar, xs: readonly number[], color: string): Series {
  const data = [Math.min(...xs), Math.max(...xs)].map((x) => [x, (own.y * own.x) / x])
  return { type: 'line', name, silent: true, symbol: 'none', z: 1, data, itemStyle: { color }, lineStyle: { color, width: 1.2, type: [2, 4] }, tooltip: { show: false } }
}
