import type { DistillationWay } from '../../../main/methods/feature-distillation/config.ts'
import type { DistilledStudent } from '../../../main/methods/feature-distillation/report.ts'
import { orderedColors } from '../../charts/colors.ts'
import type { ChartColors } from '../../charts/colors.ts'
import type { LineDash } from '../../charts/line-option.ts'

/** How a way is drawn: strokes and gaps of its lines, in pixels, and the mark of its points. None for a solid line. */
export interface WayLook {
  readonly strokes: readonly number[]
  readonly symbol: string
  /** The same mark in a line of text. */
  readonly glyph: string
}

/** Marks that ECharts has not. */
const star = 'path://M50 0 61.8 34.5H98.1L68.8 56.1 79.4 90.5 50 69.6 20.6 90.5 31.2 56.1 1.9 34.5H38.2Z'
const upsideDown = 'path://M0 0H10L5 9Z'

/** A way has its kind of line and mark whatever else is shown; colours are left to the depths. */
export const wayLooks: Readonly<Record<DistillationWay, WayLook>> = {
  whole: { strokes: [], symbol: 'diamond', glyph: '◆' },
  alone: { strokes: [6, 4], symbol: 'emptyCircle', glyph: '○' },
  'deep-supervision': { strokes: [2, 3], symbol: 'emptyRect', glyph: '□' },
  distilled: { strokes: [], symbol: 'circle', glyph: '●' },
  'soft-targets': { strokes: [9, 3, 2, 3], symbol: 'triangle', glyph: '▲' },
  'distilled-soft-targets': { strokes: [14, 3], symbol: 'rect', glyph: '■' },
  'self-distillation': { strokes: [9, 3, 2, 3, 2, 3], symbol: star, glyph: '★' },
  'deep-supervision-exits': { strokes: [2, 6], symbol: 'emptyTriangle', glyph: '△' },
  pretrained: { strokes: [5, 2], symbol: upsideDown, glyph: '▼' },
  'frozen-rear': { strokes: [14, 3, 5, 3], symbol: 'emptyDiamond', glyph: '◇' },
  'second-round': { strokes: [5, 2, 2, 2], symbol: 'pin', glyph: '◗' },
}

export interface StudentLook {
  readonly color: string
  readonly dash?: LineDash
  readonly symbol: string
}

/** Depths of the students that a study has, the shallowest first; that of the whole stack left out. */
export function depthsOf(students: readonly Pick<DistilledStudent, 'way' | 'depth'>[]): readonly number[] {
  return [...new Set(students.flatMap(({ way, depth }) => (way === 'whole' ? [] : [depth])))].toSorted((one, other) => one - other)
}

/** A depth has its colour whatever else is shown. The whole stack is drawn in ink. */
export function depthColor(depth: number, depths: readonly number[], colors: ChartColors): string {
  return orderedColors(depths.length, colors)[depths.indexOf(depth)] ?? colors.ink
}

/** Colour by depth, kind of line and mark by way. */
export function studentLook({ way, depth }: Pick<DistilledStudent, 'way' | 'depth'>, depths: readonly number[], colors: ChartColors): StudentLook {
  const { strokes, symbol } = wayLooks[way]
  const color = way === 'whole' ? colors.ink : depthColor(depth, depths, colors)
  return strokes.length === 0 ? { color, symbol } : { color, dash: [...strokes], symbol }
}
