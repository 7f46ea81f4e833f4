/** A shape as it is read aloud. @example shapeText([3, 3, 16], 'scalar')  // '3 × 3 × 16' */
export function shapeText(shape: readonly number[], scalar: string): string {
  return shape.length === 0 ? scalar : shape.join(' × ')
}
