/**
 * Values of 0 to 1 as the path of a line, the newest at the right edge, in a box of the given size; where there are fewer than `places` it begins
 * further right.
 *
 * @example sparkPath([0, 1], { width: 10, height: 4, places: 3 }) is 'M5 4L10 0'.
 */
export function sparkPath(values: readonly number[], { width, height, places }: { readonly width: number; readonly height: number; readonly places: number }): string {
  const step = width / Math.max(1, places - 1)
  const shown = values.slice(-places)
  return shown.map((value, index) => `${index === 0 ? 'M' : 'L'}${rounded(width - (shown.length - 1 - index) * step)} ${rounded(height * (1 - Math.min(1, Math.max(0, value))))}`).join('')
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
