import type * as TensorFlow from '@tensorflow/tfjs'
import { dynamicOutput, dynamicOp, fixed } from './dynamic-tensor.ts'
import type { DynamicTensor } from './dynamic-tensor.ts'
import { tf } from './tf.ts'
import { isTracing } from './trace.ts'

const float32 = { kind: 'type', value: 'float32' } as const
const float64 = { kind: 'type', value: 'float64' } as const

/**
 * Singular values of a matrix, the largest first.
 *
 * They are the roots of the eigenvalues of XᵀX, or of XXᵀ where that is smaller, which `MatMul` and `SelfAdjointEigV2` make in float64:
 * in float32 whatever lies below 3·10⁻⁴ of the largest would be rounding, and here below 10⁻⁸ of it. For tall matrices that is much less
 * work than `Svd`. No gradient goes through.
 *
 * @param x  float32 `[rows, columns]`.
 * @returns float32 `[min(rows, columns)]`; all NaN where an element of x is not finite (the ops would fail the call).
 */
export function singularValues(x: TensorFlow.Tensor2D): TensorFlow.Tensor1D {
  return tf.tidy(() => {
    if (!isTracing()) return tf.tensor1d(singularValuesOf(x.dataSync<'float32'>(), x.shape))
    const finite = tf.all(tf.isFinite(x))
    const values = tf.reverse(fixed(ascendingValues(tf.where(finite, x, tf.zerosLike(x))), [Math.min(...x.shape)]))
    return tf.where(finite, values as TensorFlow.Tensor1D, tf.fill<TensorFlow.Rank.R1>([values.size], Number.NaN)) // fixed above
  })
}

function ascendingValues(x: TensorFlow.Tensor2D): DynamicTensor {
  const [rows, columns] = x.shape
  const wide = dynamicOutput('Cast', [x], { SrcT: float32, DstT: float64 })
  const isTall = rows >= columns
  const gram = dynamicOutput('MatMul', [wide, wide], { T: float64, transpose_a: { kind: 'bool', value: isTall }, transpose_b: { kind: 'bool', value: !isTall } })
  const [eigenvalues] = dynamicOp('SelfAdjointEigV2', [gram], { T: float64, compute_v: { kind: 'bool', value: false } }, 2)
  const notNegative = dynamicOutput('Relu', [eigenvalues as DynamicTensor], { T: float64 }) // the first of two outputs
  return dynamicOutput('Cast', [dynamicOutput('Sqrt', [notNegative], { T: float64 })], { SrcT: float64, DstT: float32 })
}

/**
 * {@link singularValues} on the reference: one-sided Jacobi rotations of the columns in float64, until they are orthogonal. The lengths are
 * then the singular values.
 *
 * @see Hestenes 1958, "Inversion of matrices by biorthogonalization and related results".
 */
function singularValuesOf(values: Float32Array, [rows, columns]: readonly [number, number]): Float32Array {
  if (!values.every(Number.isFinite)) return new Float32Array(Math.min(rows, columns)).fill(Number.NaN)
  const vectors = shorterSide(values, [rows, columns])
  for (let sweep = 0; sweep < 60 && rotateAll(vectors); sweep++);
  return Float32Array.from(vectors.map((vector) => Math.sqrt(dot(vector, vector))).sort((a, b) => b - a))
}

/** The columns of a tall matrix, the rows of a wide one. */
function shorterSide(values: Float32Array, [rows, columns]: readonly [number, number]): Float64Array[] {
  if (rows < columns) return Array.from({ length: rows }, (_, row) => Float64Array.from(values.subarray(row * columns, (row + 1) * columns)))
  return Array.from({ length: columns }, (_, column) => Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!))
}

/** One sweep over all pairs; whether any was turned. */
function rotateAll(vectors: readonly Float64Array[]): boolean {
  let turned = false
  for (let i = 0; i < vectors.length; i++) for (let j = i + 1; j < vectors.length; j++) turned = rotate(vectors[i]!, vectors[j]!) || turned
  return turned
}

/** Turns two vectors in their plane until they are orthogonal. */
function rotate(a: Float64Array, b: Float64Array): boolean {
  const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)]
  if (ab === 0 || Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) return false
  const zeta = (bb - aa) / (2 * ab)
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta))
  const cosine = 1 / Math.hypot(1, tangent)
  const sine = cosine * tangent
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    a[i] = cosine * x - sine * y
    b[i] = sine * x + cosine * y
  }
  return true
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
