import { z } from '../../../contract/zod.ts'

/** Observations that were made close to one another, as one point: means weighted by examples. */
export const bucketState = z.strictObject({ position: z.number(), value: z.number(), examples: z.number() })
export type Bucket = z.output<typeof bucketState>

/** The last stretch of a curve, in buckets; the newest is still open. */
export const windowState = z.strictObject({ closed: z.array(bucketState), open: bucketState.nullable() })
export type CurveWindow = z.output<typeof windowState>

export const emptyWindow: CurveWindow = { closed: [], open: null }

/** A window is cut into about this many buckets, or into steps where a step is larger. */
export const BUCKETS = 64
/** Points that a window keeps however far apart they are: enough for a fit of degree 5, and for a deviation that means something. */
export const FEWEST_POINTS = 12

/**
 * Takes an observation into a window.
 *
 * A mean of n examples scatters as 1/√n, so buckets carry their examples and a fit weights by them: that keeps points from before and
 * after a change of batch size apart by what they are worth.
 *
 * @returns The same `closed` array where no bucket was closed.
 */
export function observe({ window, point, bucketExamples, span }: { readonly window: CurveWindow; readonly point: Bucket; readonly bucketExamples: number; readonly span: number }): CurveWindow {
  const open = window.open === null ? point : merged(window.open, point)
  if (open.examples < bucketExamples) return { closed: window.closed, open }
  // The oldest goes where the next one, too, is a span away.
  let first = 0
  while (window.closed.length + 1 - first > FEWEST_POINTS && open.position - (window.closed[first + 1] ?? open).position >= span) first++
  const closed = window.closed.slice(first)
  closed.push(open)
  return { closed, open: null }
}

/** True where the closed buckets reach over the whole span, and are enough to fit. */
export function isFull(closed: CurveWindow['closed'], span: number): boolean {
  const oldest = closed[0]
  const newest = closed[closed.length - 1]
  return oldest !== undefined && newest !== undefined && closed.length >= FEWEST_POINTS && newest.position - oldest.position >= span
}

/** Means as corrections, so that equal values stay equal to the last bit. */
function merged(bucket: Bucket, point: Bucket): Bucket {
  const examples = bucket.examples + point.examples
  const share = point.examples / examples
  return { examples, position: bucket.position + share * (point.position - bucket.position), value: bucket.value + share * (point.value - bucket.value) }
}
