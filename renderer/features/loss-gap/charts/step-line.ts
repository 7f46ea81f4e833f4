import type { LineSeriesOption } from '../../../charts/echarts.ts'
import { withOpacity } from '../../../charts/colors.ts'

/** A place in a chart. */
export type Place = readonly [x: number, y: number]

export interface StepLine {
  readonly name: string
  readonly places: readonly Place[]
  /** Where the last step ends. */
  readonly until: number
  readonly color: string
  readonly axis?: number
  readonly width?: number
  readonly dash?: 'dashed' | 'dotted'
  /** Fills from the line to the top or the bottom of the chart. */
  readonly fill?: 'above' | 'below'
}

/** A quantity that holds from each of its places on, drawn as stairs. */
export function stepLine({ name, places, until, color, axis = 0, width = 1.6, dash, fill }: StepLine): LineSeriesOption {
  const last = places.at(-1)
  const whole = last !== undefined && last[0] < until ? [...places, [until, last[1]] as const] : places
  return {
    type: 'line',
    name,
    step: 'end',
    yAxisIndex: axis,
    symbol: 'none',
    data: whole.map((place) => [...place]),
    itemStyle: { color },
    lineStyle: { color, width, type: dash ?? 'solid' },
    emphasis: { disabled: true },
    ...(fill ? { areaStyle: { color: withOpacity(color, 0.1), origin: fill === 'above' ? 'end' : 'start' } } : {}),
    z: 2,
  }
}

/** A smooth line without symbols. */
export function plainLine({ name, places, color, axis = 0, width = 1.6, opacity = 1 }: { readonly name: string; readonly places: readonly Place[]; readonly color: string; readonly axis?: number; readonly width?: number; readonly opacity?: number }): LineSeriesOption {
  return {
    type: 'line',
    name,
    yAxisIndex: axis,
    symbol: places.length === 1 ? 'circle' : 'none',
    symbolSize: 5,
    data: places.map((place) => [...place]),
    itemStyle: { color },
    lineStyle: { color: opacity === 1 ? color : withOpacity(color, opacity), width },
    emphasis: { disabled: true },
    z: opacity === 1 ? 4 : 3,
  }
}

/** The value of stairs at a place: that of the last one begun. */
export function valueAtStep(places: readonly Place[], x: number): number {
  return places.findLast(([from]) => from <= x)?.[1] ?? places[0]?.[1] ?? Number.NaN
}
