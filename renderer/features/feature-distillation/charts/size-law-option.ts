import type { SizeLaw } from '../../../../main/methods/feature-distillation/report.ts'
import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { errorBarSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import type { LineDash } from '../../../charts/line-option.ts'
import { logSpan } from '../../../charts/log-axis.ts'

export interface LawLine {
  readonly name: string
  readonly color: string
  readonly dash?: LineDash
  readonly law: SizeLaw
}
export interface SizeLawChart {
  readonly lines: readonly LawLine[]
  readonly texts: { readonly x: string; readonly y: string }
}

const curvePoints = 60

/** Error that a fitted law gives for a number of parameters. */
export function lawError({ scale, exponent, floor }: NonNullable<SizeLaw['fit']>, parameters: number): number {
  return scale * parameters ** -exponent + (floor ?? 0)
}

/** Error against parameters on two logarithmic axes: a power law is a straight line there. Points are means over the seeds with their deviation. */
export function sizeLawOption(context: ChartContext, { lines, texts }: SizeLawChart): EChartsOption {
  const { formats } = context
  const shown = lines.map((line) => ({ ...line, points: line.law.points.filter(({ error, parameters }) => error > 0 && parameters > 0) }))
  const sizes = shown.flatMap(({ points }) => points.map(({ parameters }) => parameters))
  const span = logSpan(sizes, 1.25)
  const errors = shown.flatMap(({ points }) => points.flatMap(({ error, deviation }) => [error, Math.max(error / 2, error - (deviation ?? 0)), error + (deviation ?? 0)]))
  const base = baseOption(context)
  const text = (name: string, { error, parameters, depth }: SizeLaw['points'][number]) => [`${name} · ${depth}`, `${texts.y}   ${formats.percent(error, 2)}`, `${texts.x}   ${formats.count(parameters)}`].join('\n')
  return {
    ...base,
    legend: { ...base.legend, data: shown.map(({ name, color }) => ({ name, icon: 'roundRect', itemStyle: { color } })) } as NonNullable<EChartsOption['legend']>,
    xAxis: xAxis(context, { name: texts.x, format: formats.compact, log: span }),
    yAxis: yAxis(context, { name: texts.y, format: (value) => formats.percent(value, 1), log: logSpan(errors, 1.1) }),
    series: shown.flatMap(({ name, color, dash, law: { fit }, points }) => [
      errorBarSeries({ name, color, points: points.map(({ parameters: x, error: y, deviation }) => ({ x, y, low: Math.max(y / 2, y - (deviation ?? 0)), high: y + (deviation ?? 0) })), text: ({ x }) => text(name, points.find(({ parameters }) => parameters === x) ?? points[0] ?? { depth: 0, parameters: x, error: 0, deviation: null, n: 0 }) }),
      ...(fit === null
        ? []
        : [
            {
              type: 'line',
              name,
              symbol: 'none',
              silent: true,
              data: Array.from({ length: curvePoints }, (_, index) => {
                const parameters = span.min * (span.max / span.min) ** (index / (curvePoints - 1))
                return [parameters, lawError(fit, parameters)]
              }),
              itemStyle: { color },
              lineStyle: { color, width: 1.6, type: dash ?? 'solid' },
              tooltip: { show: false },
              z: 3,
            } satisfies LineSeriesOption,
          ]),
    ]),
    tooltip: { ...base.tooltip, trigger: 'item' } as NonNullable<EChartsOption['tooltip']>,
  }
}
