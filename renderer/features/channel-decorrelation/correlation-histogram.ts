import type { DecodedMatrix } from './channel-matrix.ts'

export interface CorrelationBar {
  readonly from: number
  readonly to: number
  /** Pairs in it. */
  readonly count: number
  /** Pairs that chance alone would put there; null where it is not known. */
  readonly expected: number | null
}

/** A byte tells ρ in 255 levels; three levels make a bar, so that no bar has more of them than another. */
const LEVELS_A_BAR = 3
const LEVELS = 255
const UNIT = 127

/**
 * How often each correlation occurs among the pairs of different channels, beside what independent normal channels would show.
 *
 *     f(ρ) ∝ (1 − ρ²)^((N − 4)/2)        of N samples, |ρ| < 1
 *
 * @param samples  N, on which the correlations were measured; null where they are no independent samples, or cells are means of |ρ|.
 *
 * @example N = 4: every ρ is as likely as any other.
 */
export function correlationHistogram({ size, values }: DecodedMatrix, samples: number | null): readonly CorrelationBar[] {
  const bars = LEVELS / LEVELS_A_BAR
  const counts = new Array<number>(bars).fill(0)
  for (let row = 0; row < size; row++) {
    for (let column = row + 1; column < size; column++) {
      const level = Math.round(UNIT * (values[row * size + column] ?? 0))
      const bar = Math.min(bars - 1, Math.max(0, Math.floor((level + UNIT) / LEVELS_A_BAR)))
      counts[bar] = (counts[bar] ?? 0) + 1
    }
  }
  const edge = (bar: number) => Math.min(1, Math.max(-1, (LEVELS_A_BAR * bar - UNIT - 0.5) / UNIT))
  const pairs = (size * (size - 1)) / 2
  const shares = samples === null || samples < 4 ? null : chanceShares(samples, Array.from({ length: bars + 1 }, (_, bar) => edge(bar)))
  return counts.map((count, bar) => ({ from: edge(bar), to: edge(bar + 1), count, expected: shares === null ? null : pairs * (shares[bar] ?? 0) }))
}

const PARTS = 20

/** The share of each bar, by its midpoints, so that all of them add up to 1. */
function chanceShares(samples: number, edges: readonly number[]): readonly number[] {
  const masses = edges.slice(1).map((to, bar) => {
    const from = edges[bar] ?? 0
    const width = (to - from) / PARTS
    return width * Array.from({ length: PARTS }, (_, part) => (1 - (from + (part + 0.5) * width) ** 2) ** ((samples - 4) / 2)).reduce((sum, value) => sum + value, 0)
  })
  const total = masses.reduce((sum, mass) => sum + mass, 0)
  return masses.map((mass) => mass / total)
}
