import { baseOption, xAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { CustomSeriesOption, EChartsOption } from '../../../charts/echarts.ts'
import { spanned } from './density-option.ts'

export interface StripKind {
  readonly id: string
  readonly name: string
  readonly color: string
}
export interface StripChart {
  readonly steps: readonly number[]
  /** One row a layer, from the top; a kind for each step, null where there is none to show. */
  readonly rows: readonly { readonly name: string; readonly kinds: readonly (string | null)[] }[]
  readonly kinds: readonly StripKind[]
  readonly texts: { readonly x: string }
}

/** Neighbouring steps of one kind, drawn as one. */
export interface Stretch {
  readonly row: number
  readonly from: number
  readonly to: number
}

/** A strip of colour for each layer: which kind holds from step to step. */
export function stripOption(context: ChartContext, { steps, rows, kinds, texts }: StripChart): EChartsOption {
  const { colors } = context
  const ends = stepEnds(steps)
  const base = baseOption(context)
  return {
    ...base,
    xAxis: spanned(xAxis(context, { name: texts.x, format: context.formats.compact, withoutGrid: true }), steps[0] ?? 0, ends.at(-1) ?? 1),
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ name }) => name),
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
      axisLabel: { color: colors.muted, fontSize: 11, width: 150, overflow: 'truncate' },
    },
    series: kinds.map((kind) => stripSeries({ kind, stretches: stretchesOf({ steps, ends, rows, kind: kind.id }) })),
    tooltip: { ...base.tooltip, trigger: 'item', formatter: (shown: unknown) => tooltipText(shown, { steps, rows, kinds, texts }, context) } as NonNullable<EChartsOption['tooltip']>,
  }
}

function stripSeries({ kind, stretches }: { readonly kind: StripKind; readonly stretches: readonly Stretch[] }): CustomSeriesOption {
  return {
    type: 'custom',
    name: kind.name,
    clip: true,
    itemStyle: { color: kind.color },
    encode: { x: [0, 1], y: 2 },
    data: stretches.map(({ row, from, to }) => [from, to, row]),
    renderItem: (_, api) => {
      const [from, to, row] = [api.value(0), api.value(1), api.value(2)].map(Number)
      const [left = 0, middle = 0] = api.coord([from ?? 0, row ?? 0])
      const [right = 0] = api.coord([to ?? 0, row ?? 0])
      const size = api.size?.([0, 1]) ?? 12
      const height = Math.max(1, (Array.isArray(size) ? (size[1] ?? 12) : size) - 1.5)
      return { type: 'rect', shape: { x: left, y: middle - height / 2, width: Math.max(right - left, 0.6), height }, style: { fill: kind.color } }
    },
  }
}

/** A step holds until the next one that was logged; the last as long as the one before it. */
export function stepEnds(steps: readonly number[]): readonly number[] {
  return steps.map((step, index) => steps[index + 1] ?? step + Math.max(1, step - (steps[index - 1] ?? step - 1)))
}

export function stretchesOf({ steps, ends, rows, kind }: { readonly steps: readonly number[]; readonly ends: readonly number[]; readonly rows: StripChart['rows']; readonly kind: string }): readonly Stretch[] {
  return rows.flatMap(({ kinds }, row) => {
    const found: Stretch[] = []
    for (const [index, step] of steps.entries()) {
      if (kinds[index] !== kind) continue
      const end = ends[index] ?? step
      const before = found.at(-1)
      if (before !== undefined && before.to === step) found[found.length - 1] = { ...before, to: end }
      else found.push({ row, from: step, to: end })
    }
    return found
  })
}

function tooltipText(shown: unknown, { rows, texts }: StripChart, { formats }: ChartContext): string {
  if (typeof shown !== 'object' || shown === null) return ''
  const value: unknown = Reflect.get(shown, 'value')
  const [from, to, row] = (Array.isArray(value) ? value : []).map(Number)
  return [`${rows[row ?? 0]?.name ?? ''}: ${String(Reflect.get(shown, 'seriesName'))}`, `${texts.x} ${formats.count(from ?? 0)} – ${formats.count(to ?? 0)}`].join('\n')
}
