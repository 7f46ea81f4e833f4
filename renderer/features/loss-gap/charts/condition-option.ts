import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'
import { plainLine, stepLine } from './step-line.ts'
import type { Place } from './step-line.ts'

/** A threshold over the course: the condition is met on one side of it. */
export interface Threshold {
  readonly side: 'grow' | 'diverge'
  readonly met: 'above' | 'below'
  readonly places: readonly Place[]
}

/** One measured quantity and the thresholds that it is held against. */
export interface ConditionChart {
  readonly values: readonly Place[]
  readonly thresholds: readonly Threshold[]
  readonly until: number
  readonly scale: 'linear' | 'log'
  readonly xFormat?: (value: number) => string
  readonly texts: { readonly x: string; readonly y: string; readonly value: string; readonly grow: string; readonly diverge: string }
}

/** Values outside of these are cut off on a linear axis: a slope without scatter has a t of a million. */
const widest = 25

/** Why something happened, or why nothing did: a quantity, and as bands where it would let the batch grow or be taken for divergence. */
export function conditionOption(context: ChartContext, { values, thresholds, until, scale, xFormat, texts }: ConditionChart): EChartsOption {
  const { colors, formats } = context
  const isLog = scale === 'log'
  const shown = (places: readonly Place[]): Place[] => (isLog ? places.filter(([, y]) => y > 0) : places.map(([x, y]) => [x, Math.min(Math.max(y, -widest), widest)] as const))
  const line = shown(values)
  const bands = thresholds.map((threshold) => ({ ...threshold, places: shown(threshold.places) })).filter(({ places }) => places.length > 0)
  const ys = [...line, ...bands.flatMap(({ places }) => places)].map(([, y]) => y)
  const [low, high] = [ys.reduce((least, y) => Math.min(least, y), 0), ys.reduce((most, y) => Math.max(most, y), 0)]
  const room = Math.max(0.15 * (high - low), 1e-12)
  const base = baseOption(context)
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.x, ...(xFormat ? { format: xFormat } : {}), from: 0, ...(until > 0 ? { to: until } : {}) }),
    yAxis: yAxis(context, { name: texts.y, format: (value) => formats.significant(value), ...(isLog ? { log: logSpan(ys, 1.4) } : { from: tidy(low - room), to: tidy(high + room) }) }),
    series: [
      ...bands.map(({ side, met, places }) => stepLine({ name: texts[side], places, until, color: side === 'grow' ? colors.second : colors.bad, width: 1.2, dash: 'dashed', fill: met })),
      plainLine({ name: texts.value, places: line, color: colors.accent, width: 1.8 }),
    ],
    tooltip: { ...base.tooltip, trigger: 'axis', valueFormatter: (value: unknown) => formats.significant(Number(value), 4) } as NonNullable<EChartsOption['tooltip']>,
  }
}

/** Outwards to two figures, so that an axis begins and ends at a number one reads. */
function tidy(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(2))
}
