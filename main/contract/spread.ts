import { z } from './zod.ts'

/** A quantity over the seeds of one arm. */
export const spread = z.object({
  mean: z.number(),
  /** Of the sample, n − 1 in its denominator; null with one value. */
  deviation: z.number().nullable(),
  n: z.int(),
  /** Student interval of the mean; null with one value. */
  low: z.number().nullable(),
  high: z.number().nullable(),
})
export type Spread = z.output<typeof spread>

/**
 * How many times what the baseline takes an arm takes: geometric mean over the seeds that both have, and the interval of Student on
 * the logarithms; ends are null with one seed.
 */
export const ratio = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable(), n: z.int() })
export type Ratio = z.output<typeof ratio>
