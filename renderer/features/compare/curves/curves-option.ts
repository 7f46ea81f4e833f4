import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { withOpacity } from '../../../charts/colors.ts'
import { bandSeries } from '../../../charts/custom-series.ts'
import type { EChartsOption, Series } from '../../../charts/echarts.ts'
import { logTicks } from '../../../charts/log-axis.ts'
import { axisTicks, clockTicks } from './axis-ticks.ts'
import type { LineStyle } from './draw-line.ts'
import { readLine } from './drawn-lines.ts'
import type { DrawnLine } from './drawn-lines.ts'
import type { ScaleKind, Span } from './scale.ts'

export interface CurvesPicture {
  readonly lines: readonly { readonly line: DrawnLine; readonly style: LineStyle; readonly name: string }[]
  readonly x: Span & { readonly kind: ScaleKind }
  readonly y: Span & { readonly kind: ScaleKind }
  readonly xName: string
  /** With its unit. */
  readonly yName: string
  readonly isClock: boolean
  readonly isHeld: boolean
}

/** More names than that do not fit above a picture. */
const mostNames = 30

/** The same chart as a picture to take along: what is looked at now, with a legend, axes and their units. */
export function curvesOption(context: ChartContext, { lines, x, y, xName, yName, isClock, isHeld }: CurvesPicture): EChartsOption {
  const { formats } = context
  const axis = ({ kind, from, to }: Span & { readonly kind: ScaleKind }) => (kind === 'log' ? { log: { min: from, max: to, ticks: logTicks(from, to) } } : { from, to })
  const textOn = (part: Span & { readonly kind: ScaleKind }) => axisTicks(part.kind, part, { wanted: 6, formats }).text
  return {
    ...baseOption(context),
    xAxis: xAxis(context, { name: xName, format: isClock ? clockTicks(x, { wanted: 6, formats }).text : textOn(x), ...axis(x) }),
    yAxis: yAxis(context, { name: yName, format: textOn(y), ...axis(y) }),
    series: lines.flatMap(({ line, style, name }) => seriesOf(line, { style, name, isHeld, isLog: { x: x.kind === 'log', y: y.kind === 'log' } })),
    legend: {
      ...baseOption(context).legend,
      type: 'plain',
      data: lines.slice(0, mostNames).map(({ name, style }) => ({ name, icon: 'roundRect', itemStyle: { color: style.color } })),
    } as NonNullable<EChartsOption['legend']>,
  }
}

function seriesOf(line: DrawnLine, { style, name, isHeld, isLog }: { readonly style: LineStyle; readonly name: string; readonly isHeld: boolean; readonly isLog: { readonly x: boolean; readonly y: boolean } }): Series[] {
  const isPlaced = (x: number, y: number) => Number.isFinite(y) && (!isLog.x || x > 0) && (!isLog.y || y > 0)
  const pairs = (values: Float64Array) => Array.from(line.x, (x, i) => [x, values[i]!]).filter(([x, y]) => isPlaced(x!, y!))
  const shared = { type: 'line' as const, name, symbol: line.x.length === 1 ? 'circle' : 'none', symbolSize: 5, clip: true, itemStyle: { color: style.color }, ...(isHeld ? { step: 'end' as const } : {}) }
  const [low, high] = line.low !== null && line.high !== null && style.runs > 1 ? [line.low, line.high] : [line.min, line.max]
  const kept = [...line.x.keys()].filter((i) => isPlaced(line.x[i]!, low[i]!))
  const pick = (values: Float64Array) => kept.map((i) => values[i]!)
  const band = style.bandOpacity > 0 && kept.some((i) => low[i] !== high[i]) ? [bandSeries({ name, x: pick(line.x), low: pick(low), high: pick(high), color: style.color, opacity: style.bandOpacity })] : []
  const raw: Series[] = line.smoothed === null ? [] : [{ ...shared, data: pairs(line.mean), lineStyle: { color: withOpacity(style.color, 0.22), width: 1 }, z: 2 }]
  return [...band, ...raw, { ...shared, data: pairs(readLine(line)), lineStyle: { color: style.color, width: style.width }, z: 3 }]
}
