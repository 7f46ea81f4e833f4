import type { ChartColors } from '../../../charts/colors.ts'
import type { ScatterSeriesOption } from '../../../charts/echarts.ts'

export type MarkKind = 'grow' | 'shrink' | 'rollback'

/** A change of the batch size, ready to draw. */
export interface Mark {
  readonly kind: MarkKind
  readonly x: number
  readonly toBatch: number
  /** What it says when pointed at. */
  readonly text: string
}

const shapes: Readonly<Record<MarkKind, { readonly symbol: string; readonly symbolRotate?: number }>> = {
  grow: { symbol: 'triangle' },
  shrink: { symbol: 'triangle', symbolRotate: 180 },
  rollback: { symbol: 'diamond' },
}

export function markColor(kind: MarkKind, colors: ChartColors): string {
  return kind === 'grow' ? colors.second : kind === 'shrink' ? colors.third : colors.bad
}

/** One series a kind of mark, on the axis of the batch size; told apart by shape and by colour. */
export function markSeries({ marks, names, colors, axis }: { readonly marks: readonly Mark[]; readonly names: Readonly<Record<MarkKind, string>>; readonly colors: ChartColors; readonly axis: number }): ScatterSeriesOption[] {
  return (['grow', 'shrink', 'rollback'] as const).flatMap((kind) => {
    const own = marks.filter((mark) => mark.kind === kind)
    if (own.length === 0) return []
    const color = markColor(kind, colors)
    return [{ type: 'scatter', name: names[kind], yAxisIndex: axis, ...shapes[kind], symbolSize: 11, data: own.map(({ x, toBatch }) => [x, toBatch]), itemStyle: { color, borderColor: colors.surface, borderWidth: 1 }, z: 7 }]
  })
}

/** The marks that the pointer is on: within a share of the width that is shown. */
export function marksNear(marks: readonly Mark[], x: number, width: number): readonly Mark[] {
  return marks.filter((mark) => Math.abs(mark.x - x) <= 0.012 * width)
}
