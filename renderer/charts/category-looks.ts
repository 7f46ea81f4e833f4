import type { ChartColors } from './colors.ts'

/** A colour and a shape: names are told apart by either alone. */
export interface CategoryLook {
  readonly color: string
  readonly symbol: string
}

/** Told apart in the common colour-vision deficiencies, and at least 3 : 1 against the ground of their mode. */
const light = ['#0b6b88', '#c4621a', '#6b4ba3', '#1f8038', '#b3261e', '#3f6fd1', '#8a6d00', '#a02c78']
const dark = ['#5cbcd8', '#f0a35e', '#b79ee6', '#7bcf8e', '#f28b82', '#8fb3ff', '#d8c25a', '#e78bbd']
const symbols = ['circle', 'triangle', 'rect', 'diamond', 'emptyCircle', 'emptyTriangle', 'emptyRect', 'emptyDiamond']

/** More names than this share the look of “others”. */
export const mostCategories = light.length

/** Looks of names, in their order. */
export function categoryLook(place: number, colors: ChartColors): CategoryLook {
  const palette = colors.surface === '#ffffff' ? light : dark
  return { color: palette[place] ?? colors.muted, symbol: symbols[place] ?? 'pin' }
}
