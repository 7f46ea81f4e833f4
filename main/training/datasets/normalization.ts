import type { HostArray } from '../../tensorflow/runtime.ts'
import { elementCount } from './numeric-array.ts'

/** `(x − offset) · scale`: one number each, one a feature, or one a channel. */
export interface Normalization {
  readonly offset: Float32Array
  readonly scale: Float32Array
}

/**
 * Mean 0 and standard deviation 1, measured on the training examples alone.
 *
 * Images (3 dimensions an example) get one mean and one deviation over all pixels, series (2) one a channel, tables one a feature. The deviation is
 * the population's, √(Σ(x − μ)²/n). What never varies gets scale 1: it becomes 0 and stays harmless.
 *
 * @param train  `[count, ...shape]`.
 */
export function measureNormalization(train: HostArray): Normalization {
  const features = repeating(train.shape)
  const count = train.values.length / features
  const mean = columnSums(train.values, new Float64Array(features), 1).map((sum) => sum / count)
  // A second pass: the mean of squares less the squared mean loses all digits where the mean is large.
  const variance = columnSums(train.values, mean, 2).map((sum) => sum / count)
  return {
    offset: Float32Array.from(mean),
    scale: Float32Array.from(variance, (value, feature) => (isConstant(value, mean[feature]!) ? 1 : 1 / Math.sqrt(value))),
  }
}

/** Numbers in a row that differ in kind: a table's features, a series' channels. */
function repeating([, ...shape]: readonly number[]): number {
  if (shape.length === 3) return 1
  return shape.length === 2 ? (shape[1] ?? 1) : elementCount(shape)
}

/** Below float32's own resolution there is nothing but rounding to scale up. */
function isConstant(variance: number, mean: number): boolean {
  return variance <= (1e-7 * mean) ** 2
}

/** Σ (x − centre)^power of each feature, in double precision. */
function columnSums(values: HostArray['values'], centre: Float64Array, power: 1 | 2): Float64Array {
  const features = centre.length
  const sums = new Float64Array(features)
  // Bytes in one column take 256 values: counting them is exact, and ten times as fast as adding them up.
  if (values instanceof Uint8Array && features === 1) {
    byteCounts(values).forEach((count, byte) => (sums[0]! += count * (byte - centre[0]!) ** power))
    return sums
  }
  for (let start = 0; start < values.length; start += features) {
    for (let feature = 0; feature < features; feature++) {
      const difference = values[start + feature]! - centre[feature]!
      sums[feature]! += power === 2 ? difference * difference : difference
    }
  }
  return sums
}

function byteCounts(values: Uint8Array): Float64Array {
  const counts = new Float64Array(256)
  for (let index = 0; index < values.length; index++) counts[values[index]!]! += 1
  return counts
}
