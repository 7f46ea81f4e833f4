import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { withOpacity } from '../../../charts/colors.ts'
import type { EChartsOption, LineSeriesOption } from '../../../charts/echarts.ts'
import { stepLine } from './step-line.ts'
import type { Place } from './step-line.ts'

/** How a batch was made from a place on. */
export interface Shape {
  readonly x: number
  readonly batchSize: number
  readonly microBatch: number
  readonly loops: number
  readonly replicas: number
  readonly bytesFree: number | null
}

export interface RealisationChart {
  readonly shapes: readonly Shape[]
  readonly until: number
  readonly xFormat?: (value: number) => string
  readonly texts: { readonly x: string; readonly y: string; readonly micro: string; readonly loops: string; readonly replicas: string; readonly free: string }
}

const mebibyte = 2 ** 20

/** How each batch was realised: micro-batch, loops and replicas on top of each other in powers of two, so that the height of the pile is their product, the batch. */
export function realisationOption(context: ChartContext, { shapes, until, xFormat, texts }: RealisationChart): EChartsOption {
  const { colors, formats } = context
  const layers = [
    { name: texts.micro, value: (shape: Shape) => shape.microBatch, color: colors.accent },
    { name: texts.loops, value: (shape: Shape) => shape.loops, color: colors.second },
    { name: texts.replicas, value: (shape: Shape) => shape.replicas, color: colors.third },
  ]
  const last = shapes.at(-1)
  const whole = last !== undefined && last.x < until ? [...shapes, { ...last, x: until }] : shapes
  const pile = layers.map(({ name, value, color }): LineSeriesOption => ({
    type: 'line',
    name,
    stack: 'batch',
    step: 'end',
    symbol: 'none',
    data: whole.map((shape) => [shape.x, Math.log2(value(shape))]),
    itemStyle: { color },
    lineStyle: { color, width: 1.2 },
    areaStyle: { color: withOpacity(color, 0.35) },
    emphasis: { disabled: true },
  }))
  const free: Place[] = shapes.flatMap(({ x, bytesFree }) => (bytesFree === null ? [] : [[x, bytesFree / mebibyte] as const]))
  const highest = Math.ceil(Math.max(1, ...shapes.map((shape) => Math.log2(shape.microBatch * shape.loops * shape.replicas))))
  const base = baseOption(context)
  const left = { ...yAxis(context, { name: texts.y, format: (value) => formats.count(2 ** value), from: 0, to: highest }), minInterval: 1 }
  const right = yAxis(context, { name: texts.free, format: (value) => formats.compact(value), from: 0, place: 'right', withoutGrid: true })
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.x, ...(xFormat ? { format: xFormat } : {}), from: 0, ...(until > 0 ? { to: until } : {}) }),
    yAxis: (free.length > 0 ? [left, right] : [left]) as NonNullable<EChartsOption['yAxis']>,
    series: [...pile, ...(free.length > 0 ? [stepLine({ name: texts.free, places: free, until, color: colors.muted, axis: 1, dash: 'dashed' })] : [])],
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (shown: unknown) => tooltipText(shown, { shapes, texts, xFormat: xFormat ?? formats.count }, context) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function tooltipText(shown: unknown, { shapes, texts, xFormat }: Pick<RealisationChart, 'shapes' | 'texts'> & { readonly xFormat: (value: number) => string }, { formats }: ChartContext): string {
  const first: unknown = Array.isArray(shown) ? shown[0] : undefined
  const x = typeof first === 'object' && first !== null ? Number(Reflect.get(first, 'axisValue')) : Number.NaN
  const shape = shapes.findLast((one) => one.x <= x)
  if (shape === undefined) return ''
  const rows = [
    `${texts.x}: ${xFormat(x)}`,
    `${texts.replicas}   ${formats.count(shape.replicas)}`,
    `${texts.micro}   ${formats.count(shape.microBatch)}`,
    `${texts.loops}   ${formats.count(shape.loops)}`,
    `${texts.y}   ${formats.count(shape.batchSize)}`,
    ...(shape.bytesFree === null ? [] : [`${texts.free}   ${formats.bytes(shape.bytesFree)}`]),
  ]
  return rows.join('\n')
}
