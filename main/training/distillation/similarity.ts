import { LoupeError } from '../../contract/errors.ts'
import { singularValues } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'
import { effectiveCount } from '../features/effective-count.ts'
import { asExamples, asRows, requireExamples, requireSameShape } from '../features/feature-shape.ts'
import { unitVectors } from './normalization.ts'

/** What is smaller than this share of a feature's own size is float32's rounding, not variation. */
const ROUNDING = 1e-6

/**
 * Linear CKA: how alike two features order the same examples, from 0 (unrelated) to 1 (equal up to turning, moving and scaling).
 *
 *     CKA = ‖YᵀX‖²/(‖XᵀX‖‖YᵀY‖) = ⟨XXᵀ, YYᵀ⟩/(‖XXᵀ‖‖YYᵀ‖)        columns centred, each example a row, Frobenius norms
 *
 * The first form is taken where an example has fewer numbers than there are examples, else the second, of examples². Of few examples with
 * many numbers CKA is near 1 whatever they are: take a thousand.
 *
 * To be looked at; what trains with it is `ckaLoss`.
 *
 * @param x  float32 `[examples, ...]`.
 * @param y  float32 `[examples, ...]`, with a shape of its own beyond the examples.
 * @returns A scalar; 0 where either feature is constant to float32's rounding.
 * @throws LoupeError `shape-mismatch` where the examples are not as many, or fewer than 3: of 2, CKA is always 1.
 *
 * @example X (1, −1, 0) and Y (1, 1, −2): 0. Y = c·X·Q with c ≠ 0 and Q orthogonal: 1.
 * @see Kornblith et al. 2019, "Similarity of neural network representations revisited", arXiv:1905.00414.
 */
export function linearCka(x: tf.Tensor, y: tf.Tensor): tf.Scalar {
  if (x.rank < 2 || y.rank < 2 || x.shape[0] !== y.shape[0]) {
    throw new LoupeError('shape-mismatch', `CKA compares two features of the same examples, [examples, ...], and got [${x.shape.join(', ')}] and [${y.shape.join(', ')}].`, { x: x.shape, y: y.shape })
  }
  const examples = x.shape[0] ?? 0
  requireExamples('CKA', examples, 3)
  return tf.tidy(() => {
    const [a, b] = [variation(x), variation(y)]
    if (Math.max(a.shape[1], b.shape[1]) < examples) {
      const common = tf.sum(tf.square(tf.matMul(a, b, true)))
      return ratio(common, tf.matMul(a, a, true), tf.matMul(b, b, true))
    }
    const [k, l] = [tf.matMul(a, a, false, true), tf.matMul(b, b, false, true)]
    return ratio(tf.sum(tf.mul(k, l)), k, l)
  })
}

/**
 * {@link linearCka} of every feature of one list with every one of another: each feature's examples² products are made once, however many it is
 * compared with.
 *
 * @param xs  Each float32 `[examples, ...]`, with a shape of its own beyond the examples.
 * @param ys  Features of the same examples in the same order.
 * @returns float32 `[xs, ys]`.
 * @throws LoupeError `shape-mismatch` where the examples are not as many, or fewer than 3.
 */
export function linearCkas(xs: readonly tf.Tensor[], ys: readonly tf.Tensor[]): tf.Tensor2D {
  const counts = new Set([...xs, ...ys].map(({ shape }) => shape[0] ?? 0))
  const [examples = 0] = counts
  if (counts.size > 1) throw new LoupeError('shape-mismatch', `CKA compares features of the same examples, and got features of ${[...counts].join(', ')}.`, { examples: [...counts] })
  requireExamples('CKA', examples, 3)
  return tf.tidy(() => {
    const products = (features: readonly tf.Tensor[]) => tf.stack(features.map((feature) => unitProducts(variation(feature)))) as tf.Tensor2D // stacked rows
    return tf.matMul(products(xs), products(ys), false, true)
  })
}

/** All products of two examples in a row, `[examples²]`, of size 1; zeros of zeros. */
function unitProducts(rows: tf.Tensor2D): tf.Tensor1D {
  const all = tf.reshape<tf.Rank.R1>(tf.matMul(rows, rows, false, true), [-1])
  return tf.div(all, tf.maximum(size(all), 1e-12))
}

/** Centred examples of size 1; zeros where they vary no more than by rounding. */
function variation(x: tf.Tensor): tf.Tensor2D {
  const rows = centred(asExamples(x))
  return tf.mul(unitSize(rows), aboveRounding(size(rows), x))
}

function ratio(common: tf.Tensor, own: tf.Tensor, other: tf.Tensor): tf.Scalar {
  const sizes = tf.sqrt(tf.mul(tf.sum(tf.square(own)), tf.sum(tf.square(other))))
  return tf.div<tf.Scalar>(common, tf.maximum(sizes, 1e-12))
}

/**
 * Mean over vectors of the cosine between two features, from −1 to 1: a scalar. A vector of zeros counts as 0.
 *
 * @param x  float32 `[batch, ..., width]`; a vector is one token or pixel, along the width.
 */
export function meanCosine(x: tf.Tensor, y: tf.Tensor): tf.Scalar {
  requireSameShape(x.shape, y.shape)
  return tf.tidy(() => tf.mean<tf.Scalar>(tf.sum(tf.mul(unitVectors(x), unitVectors(y)), -1)))
}

/**
 * How much a feature varies: the variance (divided by n) over all rows, one a token or pixel of each example, meaned over the width.
 *
 * 0 where every token of every example is the same vector. Where tokens differ by their place alone it is not, although the examples are
 * then all alike: {@link varianceBetweenExamples} tells that.
 *
 * @param x  float32 `[batch, ..., width]`, not normalised.
 * @returns A scalar, in squares of the feature's unit.
 */
export function featureVariance(x: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.mean<tf.Scalar>(tf.square(centred(asRows(x)))))
}

/**
 * How much a feature depends on the example: the variance (divided by n) over the batch, position by position, meaned over positions and
 * width. At most {@link featureVariance}, which adds how the positions' means differ; equal to it for features without positions.
 *
 * 0 where every example gives the same: a collapse, also where positional embeddings keep the tokens of an example apart.
 *
 * @param x  float32 `[batch, ..., width]`, not normalised.
 * @returns A scalar, in squares of the feature's unit.
 */
export function varianceBetweenExamples(x: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.mean<tf.Scalar>(tf.square(centred(asExamples(x)))))
}

/**
 * How many directions a feature uses, from 1 to its width: e to the entropy of its singular values as shares of their sum.
 *
 *     exp(−Σ pᵢ ln pᵢ),  pᵢ = σᵢ/Σσ        σ: of the matrix of all rows, one a token or pixel of each example, columns centred
 *
 * In a trace the values come of `SelfAdjointEigV2` on the covariance in float64; see {@link singularValues}. No gradient goes through.
 *
 * @param x  float32 `[batch, ..., width]`.
 * @returns A scalar; 0 for a feature that is constant to float32's rounding.
 *
 * @example Singular values 3 and 1: p = ¾ and ¼, e^0.5623 = 1.7548.
 * @see Roy and Vetterli 2007, "The effective rank: a measure of effective dimensionality", EUSIPCO. Differs from it: we centre.
 */
export function effectiveRank(x: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const all = singularValues(centred(asRows(x)))
    return effectiveCount(tf.mul(all, aboveRounding(all, x)))
  })
}

/**
 * How many directions a feature uses, with those of little variance counted less than by {@link effectiveRank}, and without eigenvalues.
 *
 *     (tr C)²/tr C² = (Σλ)²/Σλ²        λ: eigenvalues of the covariance C of all rows, one a token or pixel of each example
 *
 * @param x  float32 `[batch, ..., width]`.
 * @returns A scalar from 1 to the width; 0 for a feature that is constant to float32's rounding.
 *
 * @example Singular values 3 and 1: λ = 9 and 1, 100/82 = 1.2195.
 */
export function participationRatio(x: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const rows = centred(asRows(x))
    const isVarying = aboveRounding(size(rows), x)
    const unit = unitSize(rows)
    const isTall = unit.shape[0] >= unit.shape[1]
    const squares = tf.sum(tf.square(tf.matMul(unit, unit, isTall, !isTall)))
    return tf.div<tf.Scalar>(isVarying, tf.maximum(squares, 1e-12))
  })
}

/** 1 where a value is more than rounding beside the size of x, else 0. */
function aboveRounding(value: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greater(value, tf.mul(size(x), ROUNDING)), 'float32')
}

function centred(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(rows, tf.mean(rows, 0, true))
}

/** Frobenius norm: a scalar. */
function size(x: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(x)))
}

/** x/‖x‖; 0 where x is. What is compared then does not depend on how large the features are. */
function unitSize(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.maximum(size(x), 1e-30))
}
