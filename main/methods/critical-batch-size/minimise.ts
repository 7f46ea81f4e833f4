const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * Finds where a function of one number is smallest: a scan over a grid, then golden-section search about its best point.
 *
 * The scan keeps it from settling in a side valley; the search ends at `precision`, a share of the range.
 */
export function minimise(options: { low: number; high: number; points: number; precision: number; value: (x: number) => number }): { x: number; value: number } {
  const { low, high, points, value } = options
  const at = (i: number) => low + ((high - low) * Math.min(Math.max(i, 0), points)) / points
  let best = 0
  let smallest = Infinity
  for (let i = 0; i <= points; i++) {
    const here = value(at(i))
    if (here < smallest) [best, smallest] = [i, here]
  }
  let from = at(best - 1)
  let to = at(best + 1)
  let [left, right] = [to - GOLDEN * (to - from), from + GOLDEN * (to - from)]
  let [atLeft, atRight] = [value(left), value(right)]
  while (to - from > options.precision * (high - low)) {
    if (atLeft <= atRight) {
      ;[to, right, atRight] = [right, left, atLeft]
      left = to - GOLDEN * (to - from)
      atLeft = value(left)
    } else {
      ;[from, left, atLeft] = [left, right, atRight]
      right = from + GOLDEN * (to - from)
      atRight = value(right)
    }
  }
  const x = (from + to) / 2
  const found = value(x)
  return found <= smallest ? { x, value: found } : { x: at(best), value: smallest }
}
