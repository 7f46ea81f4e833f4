import type { Random } from '../random.ts'

/** Draws the initial values of one parameter, row-major. */
export type Initializer = (shape: readonly number[], random: Random) => Float32Array

/** All zeros: biases and offsets. Draws nothing. */
export const zeros: Initializer = (shape) => new Float32Array(sizeOf(shape))

/** All ones: scales of norms. Draws nothing. */
export const ones: Initializer = (shape) => new Float32Array(sizeOf(shape)).fill(1)

/** Independent normal draws of mean 0. */
export function normal(deviation: number): Initializer {
  return (shape, random) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal() * deviation)
}

/**
 * Normal with variance 2/fan-in: keeps the variance of activations through relu layers.
 *
 * Kernels end in `[in, out]`; the fan-in is the product of all dimensions but the last.
 *
 * @see He et al. 2015, "Delving deep into rectifiers", arXiv:1502.01852, equation 10.
 */
export const heNormal: Initializer = (shape, random) => normal(Math.sqrt(2 / fanInOf(shape)))(shape, random)

/**
 * Normal with variance 1/fan-in, cut at two deviations and widened so that the variance is still 1/fan-in.
 *
 * @see LeCun et al. 1998, "Efficient BackProp", section 4.6; the cut is that of JAX's and Keras' `lecun_normal`.
 */
export const lecunNormal: Initializer = (shape, random) => {
  const deviation = Math.sqrt(1 / fanInOf(shape)) / DEVIATION_AFTER_CUT
  return Float32Array.from({ length: sizeOf(shape) }, () => deviation * normalWithinTwo(random))
}

/**
 * Uniform with variance 2/(fan-in + fan-out).
 *
 * @param columns  Output units that belong together, where one kernel holds several matrices side by side
 *   (the fused query, key and value); all of them when left out.
 * @see Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", equation 16.
 */
export function glorotUniform(columns?: number): Initializer {
  return (shape, random) => {
    const limit = Math.sqrt(6 / (fanInOf(shape) + (columns ?? shape.at(-1) ?? 1)))
    return Float32Array.from({ length: sizeOf(shape) }, () => limit * (2 * random.uniform() - 1))
  }
}

/** Numbers in an array of this shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1)
}

/** Standard deviation of the standard normal distribution cut at ±2. */
const DEVIATION_AFTER_CUT = 0.8796256610342398

function normalWithinTwo(random: Random): number {
  for (;;) {
    const draw = random.normal()
    if (Math.abs(draw) <= 2) return draw
  }
}

function fanInOf(shape: readonly number[]): number {
  return sizeOf(shape.slice(0, -1))
}
