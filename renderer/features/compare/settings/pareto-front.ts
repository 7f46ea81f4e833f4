/** Which end of an axis is better. */
export type Better = 'low' | 'high'

/**
 * The points that no other beats: none is better on one axis and at least as good on the other.
 *
 * @returns Places of the points, from left to right. Of points that are the same, all.
 *
 * @example paretoFront([[1, 5], [2, 4], [2, 7], [3, 6]], ['low', 'high'])  // [0, 2]
 */
export function paretoFront(points: readonly (readonly [x: number, y: number])[], [xBetter, yBetter]: readonly [Better, Better]): number[] {
  const [xSign, ySign] = [xBetter === 'low' ? 1 : -1, yBetter === 'low' ? 1 : -1]
  const cost = (place: number) => [points[place]![0] * xSign, points[place]![1] * ySign] as const
  const order = [...points.keys()].sort((a, b) => cost(a)[0] - cost(b)[0] || cost(a)[1] - cost(b)[1])
  const front: number[] = []
  let best: readonly [number, number] | null = null
  for (const place of order) {
    const [x, y] = cost(place)
    if (best === null || y < best[1] || (y === best[1] && x === best[0])) {
      front.push(place)
      best = [x, y]
    }
  }
  return front.toSorted((a, b) => points[a]![0] - points[b]![0])
}
