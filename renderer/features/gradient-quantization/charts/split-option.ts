import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { withOpacity } from '../../../charts/colors.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'

export interface SplitPart {
  readonly name: string
  readonly color: string
  readonly places: readonly (readonly [x: number, y: number])[]
}
export interface SplitChart {
  /** From the bottom up, all at the same places. */
  readonly parts: readonly SplitPart[]
  readonly until: number
  readonly texts: { readonly x: string; readonly y: string; readonly sum: string }
}

/** Parts of a whole on top of each other over the steps. */
export function splitOption(context: ChartContext, { parts, until, texts }: SplitChart): EChartsOption {
  const { formats } = context
  const base = baseOption(context)
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.x, format: formats.compact, from: 0, ...(until > 0 ? { to: until } : {}) }),
    yAxis: yAxis(context, { name: texts.y, format: (value) => formats.significant(value), from: 0 }),
    series: parts.map(({ name, color, places }) => ({
      type: 'line',
      name,
      stack: 'whole',
      symbol: places.length === 1 ? 'circle' : 'none',
      data: places.map((place) => [...place]),
      itemStyle: { color },
      lineStyle: { color, width: 1 },
      areaStyle: { color: withOpacity(color, 0.45) },
      emphasis: { disabled: true },
    })),
    tooltip: { ...base.tooltip, trigger: 'axis', formatter: (shown: unknown) => tooltipText(shown, { parts, texts }, context) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function tooltipText(shown: unknown, { parts, texts }: Pick<SplitChart, 'parts' | 'texts'>, { formats }: ChartContext): string {
  const first: unknown = Array.isArray(shown) ? shown[0] : undefined
  const index: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'dataIndex') : undefined
  if (typeof index !== 'number') return ''
  const rows = parts.map(({ name, places }) => ({ name, value: places[index]?.[1] ?? 0 }))
  const sum = rows.reduce((total, { value }) => total + value, 0)
  const head = `${texts.x}: ${formats.count(parts[0]?.places[index]?.[0] ?? 0)}`
  return [head, ...rows.map(({ name, value }) => `${name}   ${formats.ms(value)} (${formats.percent(sum === 0 ? 0 : value / sum)})`), `${texts.sum}   ${formats.ms(sum)}`].join('\n')
}
