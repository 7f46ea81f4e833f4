import type { HostArray } from '../../tensorflow/runtime.ts'

/** Examples and their labels. */
export interface Examples {
  /** `[count, ...shape]`, uint8 (0–255) or float32, as in the file. */
  readonly inputs: HostArray
  /** int32 `[count]`, each within [0, classes). */
  readonly labels: HostArray
  readonly count: number
}

/** A data set read, split and described. Train and validation are disjoint; their order is the split's. */
export interface Dataset {
  readonly name: string
  readonly title: string
  /** Of one example, such as `[28, 28, 1]` or `[30]`. */
  readonly shape: readonly number[]
  readonly classes: number
  readonly classNames: readonly string[]
  /**
   * What the step applies to raw inputs: `(x − offset) · scale`, from the training examples alone. One number each, one a feature, or one a channel.
   */
  readonly normalization: { readonly offset: Float32Array; readonly scale: Float32Array }
  readonly train: Examples
  readonly validation: Examples
  readonly test: Examples
  /** SHA-256 of the source files and of which rows were left out, for the log. */
  readonly hash: string
  /** Bad rows that were left out of it; none where not given. */
  readonly leftOut?: number
}
