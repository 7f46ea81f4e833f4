import { LoupeError } from '../../contract/errors.ts'
import type { Constants } from './distributions/distribution.ts'
import type { ZeroHandling } from './distributions/sample.ts'

/**
 * How often each bin of floating-point numbers occurs among values, bins ascending by value.
 *
 * A bin is all float32 numbers with the same sign, exponent and first bits of the mantissa: the top `9 + mantissaBits` of their 32 bits. So
 * bins are as wide as the numbers are precise, a 64th of a power of two at 6 bits, from 1e-38 to 1e38, with nothing to be chosen. One pass
 * over the values fills it, and all later work is on its counts.
 *
 * Bins are narrow near 0 and wide far from it, so the values must lie about 0, as gradients do: see `isTooCoarse`.
 */
export interface BitHistogram {
  readonly mantissaBits: number
  /** All values, zeros included. */
  readonly count: number
  /** Exact zeros, which are in no bin. Numbers below 1e-38 / 2^mantissaBits count as zeros too, as arithmetic with flush-to-zero has it. */
  readonly zeros: number
  /** By place, ascending: 2^(9 + mantissaBits) of them. */
  readonly counts: Float64Array
  /** The mean of the values in each bin, where few were counted; without it the middle of a bin stands for its values. */
  readonly means?: Float64Array
}

/**
 * Up to so many values the mean of those in a bin is worth taking: where in its bin a value lies is chance, and of 3,000 Laplace values that chance
 * leaves 1.6e-3 of a Student-t's threshold at 0.001. It falls with the root of their number.
 */
export const MEANS_UP_TO = 2 ** 16

/** The bins of a number of mantissa bits, by place. */
export interface Bins {
  /** The value that stands for all in a bin: the middle between its edges. 0 where a bin holds zeros or no finite numbers. */
  readonly middles: Float64Array
  /** One more than there are bins: bin i lies from edge i to edge i + 1. */
  readonly edges: Float64Array
}

/** Enough for constants and thresholds within 1e-3 of those of the values; the method's README has the errors of fewer and more. */
export const MANTISSA_BITS = 6

/** How many bins there are, those of NaN and the infinities included. */
export function binCount(mantissaBits: number): number {
  return 2 ** (9 + mantissaBits)
}

/** The bits of infinity: all that is above is no number. */
const INFINITE = 0x7f800000
const asFloat = new Float32Array(1)
const asBits = new Uint32Array(asFloat.buffer)

/** The bin of a float32 number, as its bits give it: `bits >>> (23 - mantissaBits)`. Negative numbers follow the positive ones, from 0 outwards. */
export function binOf(value: number, mantissaBits: number): number {
  asFloat[0] = value
  return asBits[0]! >>> (23 - mantissaBits)
}

/** Where a bin stands in ascending order: the negative half turned round and put first. */
export function placeOf(bin: number, mantissaBits: number): number {
  const half = binCount(mantissaBits) / 2
  return bin < half ? half + bin : 2 * half - 1 - bin
}

/** Middles and edges of all bins: constants to the graph. */
export function binsOf(mantissaBits: number): Bins {
  const half = binCount(mantissaBits) / 2
  /** Where the k-th bin away from 0 begins. */
  const start = (k: number) => {
    const bits = k * 2 ** (23 - mantissaBits)
    if (bits >= INFINITE) return bits === INFINITE ? 2 ** 128 : Infinity
    asBits[0] = bits
    return asFloat[0]!
  }
  const edges = new Float64Array(2 * half + 1)
  const middles = new Float64Array(2 * half)
  for (let k = 0; k <= half; k++) {
    edges[half + k] = start(k)
    edges[half - k] = -start(k)
  }
  for (let k = 1; k < half && start(k + 1) < Infinity; k++) {
    middles[half + k] = (start(k) + start(k + 1)) / 2
    middles[half - 1 - k] = -middles[half + k]!
  }
  return { middles, edges }
}

/**
 * Counts values into bins.
 *
 * @throws LoupeError `not-finite`, naming how many values are NaN or infinite.
 */
export function bitHistogram(values: Float32Array, { mantissaBits = MANTISSA_BITS, zeroHandling = 'mix' }: { readonly mantissaBits?: number; readonly zeroHandling?: ZeroHandling } = {}): BitHistogram {
  const shift = 23 - mantissaBits
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const found = new Uint32Array(binCount(mantissaBits))
  for (let i = 0; i < bits.length; i++) found[bits[i]! >>> shift]!++

  const counts = new Float64Array(found.length)
  found.forEach((count, bin) => (counts[placeOf(bin, mantissaBits)] = count))
  const means = values.length > MEANS_UP_TO ? {} : { means: meansOf(values, counts, mantissaBits) }
  refuseNotFinite({ counts, mantissaBits, count: values.length })
  const half = counts.length / 2
  if (zeroHandling === 'ignore') return { mantissaBits, count: values.length, zeros: 0, counts, ...means }
  const zeros = counts[half]! + counts[half - 1]!
  counts[half] = counts[half - 1] = 0
  return { mantissaBits, count: values.length, zeros, counts, ...means }
}

function meansOf(values: Float32Array, counts: Float64Array, mantissaBits: number): Float64Array {
  const sums = new Float64Array(counts.length)
  for (const value of values) sums[placeOf(binOf(value, mantissaBits), mantissaBits)]! += value
  return sums.map((sum, place) => (counts[place]! > 0 ? sum / counts[place]! : 0))
}

/**
 * Whether the values lie so far from 0 for their scale that bins blur them: where the bins at the location are wider than a sixteenth of
 * the scale. Subtract the location then, and count again.
 */
export function isTooCoarse({ location, scale }: Pick<Constants, 'location' | 'scale'>, mantissaBits: number): boolean {
  const width = 2 ** (Math.floor(Math.log2(Math.abs(location))) - mantissaBits)
  return location !== 0 && width > scale / 16
}

/** Numbers that are none fill the outermost bins: those of the largest exponent. */
function refuseNotFinite({ counts, mantissaBits, count }: { readonly counts: Float64Array; readonly mantissaBits: number; readonly count: number }): void {
  const outer = 2 ** mantissaBits
  let notFinite = 0
  for (let i = 0; i < outer; i++) notFinite += counts[i]! + counts[counts.length - 1 - i]!
  if (notFinite > 0) throw new LoupeError('not-finite', `${notFinite} of ${count} values are NaN or infinite. A distribution is fitted to finite values only.`, { notFinite, count })
}
