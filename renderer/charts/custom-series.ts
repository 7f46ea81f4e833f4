import { withOpacity } from './colors.ts'
import type { CustomSeriesOption } from './echarts.ts'

export interface BandOptions {
  readonly name: string
  readonly x: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly color: string
  readonly opacity?: number
  readonly z?: number
}

/** A filled band between two curves, drawn as one polygon, so that it is right on any scale. */
export function bandSeries(options: BandOptions): CustomSeriesOption {
  const points = options.x.flatMap((x, index) => {
    const [low, high] = [options.low[index], options.high[index]]
    return low !== undefined && high !== undefined && Number.isFinite(low) && Number.isFinite(high) ? [{ x, low, high }] : []
  })
  return {
    type: 'custom',
    name: options.name,
    silent: true,
    clip: true,
    z: options.z ?? 1,
    itemStyle: { color: options.color },
    tooltip: { show: false },
    data: points[0] ? [[points[0].x, points[0].low]] : [],
    renderItem: (_, api) => ({
      type: 'polygon',
      shape: { points: [...points.map(({ x, high }) => api.coord([x, high])), ...points.toReversed().map(({ x, low }) => api.coord([x, low]))] },
      style: { fill: withOpacity(options.color, options.opacity ?? 0.14) },
    }),
  }
}

export interface ErrorBarOptions {
  readonly name: string
  readonly points: readonly ErrorBar[]
  readonly color: string
  /** Says what a point is; ECharts' own account without it. */
  readonly text?: (point: ErrorBar) => string
}

export interface ErrorBar {
  readonly x: number
  readonly y: number
  readonly low: number
  readonly high: number
}

/** Mean and spread: a filled dot with a capped vertical line. */
export function errorBarSeries(options: ErrorBarOptions): CustomSeriesOption {
  const cap = 5
  return {
    type: 'custom',
    name: options.name,
    z: 6,
    zlevel: 0, // said here, for where an area is drawn to choose by, ECharts draws custom series anew and forgets its default
    clip: true,
    itemStyle: { color: options.color },
    encode: { x: 0, y: 1 },
    ...(options.text ? { tooltip: { formatter: (shown: unknown) => textOf(options, shown) } } : {}),
    data: options.points.map(({ x, y, low, high }) => [x, y, low, high]),
    renderItem: (_, api) => {
      const [x, y, low, high] = [api.value(0), api.value(1), api.value(2), api.value(3)].map(Number)
      const [cx = 0, cy = 0] = api.coord([x ?? 0, y ?? 0])
      const yLow = api.coord([x ?? 0, low ?? 0])[1] ?? cy
      const yHigh = api.coord([x ?? 0, high ?? 0])[1] ?? cy
      const style = { stroke: options.color, lineWidth: 1.5, fill: 'none' }
      const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line' as const, shape: { x1, y1, x2, y2 }, style })
      return {
        type: 'group',
        children: [
          line(cx, yLow, cx, yHigh),
          line(cx - cap, yLow, cx + cap, yLow),
          line(cx - cap, yHigh, cx + cap, yHigh),
          { type: 'circle', shape: { cx, cy, r: 4 }, style: { fill: options.color } },
        ],
      }
    },
  }
}

function textOf({ points, text }: ErrorBarOptions, shown: unknown): string {
  const index: unknown = typeof shown === 'object' && shown !== null ? Reflect.get(shown, 'dataIndex') : undefined
  const point = typeof index === 'number' ? points[index] : undefined
  return point === undefined || text === undefined ? '' : text(point)
}
