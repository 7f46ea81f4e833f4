import { z } from '../../../contract/zod.ts'

/** A running mean without the pull towards its start at 0. `weight` says how much it has seen: 0 nothing, ½ one half-life. */
export const smoothedState = z.strictObject({ value: z.number(), weight: z.number() })
export type Smoothed = z.output<typeof smoothedState>

export const nothingSmoothed: Smoothed = { value: 0, weight: 0 }

/**
 * Takes one value into a running mean whose memory halves every `halfLife` examples.
 *
 *     r = 2^(−examples/halfLife),  m ← r·m + (1 − r)·G,  w ← r·w + (1 − r),  value = m/w
 *
 * Written as a correction of the mean, value + (1 − r)/w·(G − value), so that a constant series stays constant to the last bit.
 */
export function smooth({ smoothed, value, examples, halfLife }: { readonly smoothed: Smoothed; readonly value: number; readonly examples: number; readonly halfLife: number }): Smoothed {
  return decayed({ smoothed, value, keep: 2 ** (-examples / halfLife) })
}

/** The same with the share that is kept, r, given. */
export function decayed({ smoothed, value, keep }: { readonly smoothed: Smoothed; readonly value: number; readonly keep: number }): Smoothed {
  const weight = keep * smoothed.weight + (1 - keep)
  if (weight === 0) return { value, weight: 0 } // so few examples for such a half-life that r rounds to 1
  return { value: smoothed.value + ((1 - keep) / weight) * (value - smoothed.value), weight }
}
