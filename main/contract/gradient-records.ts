import { z } from './zod.ts'

/**
 * What a histogram of a worker is of: the gradient of its share of the batch, or where weight deltas are exchanged how far it has moved its weights
 * since the last exchange; the values that were compressed, which are that with what memory added to it; or the error, which is the values as they were sent minus the values.
 */
export const gradientTarget = z.enum(['gradient', 'values', 'error'])
export type GradientTarget = z.output<typeof gradientTarget>

/** How a unit was compressed at a step. Null stands for what its compressor does not know. */
export const compressionReading = z.object({
  /** Values that were sent, and that were asked for. */
  kept: z.number(),
  asked: z.number().nullable(),
  /** Values at or below, and at or above these were sent. */
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** Of the fit that the threshold is from. */
  distribution: z.string().nullable(),
  location: z.number().nullable(),
  scale: z.number().nullable(),
  degreesOfFreedom: z.number().nullable(),
  /** Such as `fitted`, `no-spread`, `too-small`. */
  status: z.string(),
})
export type CompressionReading = z.output<typeof compressionReading>

/**
 * A histogram over the bits of float32 values: bin = bits >>> (23 − mantissaBits), so it runs from +0 up through the positive numbers, then
 * from −0 down through the negative ones, each power of two cut into 2^mantissaBits equal parts. Exact zeros are counted apart.
 *
 * One pass over the values, no range to choose, and fits, quantiles and densities can be had from it to some tenths of a per mille.
 */
export const bitHistogram = z.object({
  mantissaBits: z.int().min(0).max(10),
  /** Bins that hold something, ascending, and how much. */
  bins: z.array(z.int()),
  counts: z.array(z.int()),
  /** Exact zeros, in no bin. */
  zeros: z.int(),
})
export type BitHistogram = z.output<typeof bitHistogram>

/** What is logged of one unit (a tensor, a layer or the whole model) of one worker at one step. */
export const gradientRecord = z.object({
  step: z.int(),
  worker: z.int(),
  unit: z.string(),
  elements: z.int(),
  histograms: z.record(gradientTarget, bitHistogram),
  compression: compressionReading,
})
export type GradientRecord = z.output<typeof gradientRecord>

/** What there is of a run's gradients in the log. */
export const loggedGradients = z.object({
  /** Ascending. */
  steps: z.array(z.int()),
  workers: z.array(z.int()),
  /** In the order in which they lie in the gradient. */
  units: z.array(z.object({ name: z.string(), elements: z.int() })),
})
export type LoggedGradients = z.output<typeof loggedGradients>

/** How the units of one worker were compressed, over the logged steps. The arrays of a unit have one place a step, null where nothing was logged of it. */
export const gradientCourse = z.object({
  steps: z.array(z.int()),
  units: z.array(
    z.object({
      name: z.string(),
      elements: z.int(),
      kept: z.array(z.number().nullable()),
      asked: z.array(z.number().nullable()),
      distribution: z.array(z.string().nullable()),
      status: z.array(z.string().nullable()),
    }),
  ),
})
export type GradientCourse = z.output<typeof gradientCourse>
