import type { DynamicTensor } from '../../tensorflow/dynamic-tensor.ts'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import type { tf } from '../../tensorflow/tf.ts'
import type { FlatLayout } from './flat-layout.ts'

/** What a worker sends: tensors whose sizes may be known only when the step runs. */
export interface Message {
  /** In an order that the compressor knows. Nothing else crosses to the receiver. */
  readonly parts: readonly (DynamicTensor | tf.Tensor)[]
  /** float32 scalar: bytes of all parts. */
  readonly bytes: tf.Scalar
}

/** What a compressor sees of one worker, in the trace of a step and on that worker's device. */
export interface CompressionInput {
  readonly layout: FlatLayout
  /** float32 `[layout.size]`: the gradient, or what has been accumulated of it. What fills rows up is 0. */
  readonly values: tf.Tensor1D
  /** float32 scalar, fed: kept fraction of this step. */
  readonly ratio: tf.Scalar
  /** int32 `[2]`, fed: another one for each worker and step. */
  readonly seed: tf.Tensor1D
  /** As it was left by the step before, by the names of {@link Compressor.initState}. */
  readonly state: Tensors
  /** False in steps between two fits, which go by what the last fit left in the state. */
  readonly fits: boolean
}

/** Told of each unit of the layout, one value or row a unit. Left out where the compressor knows nothing of the kind. */
export interface UnitReadings {
  /** float32 `[units]`: elements sent. */
  readonly kept: tf.Tensor1D
  /** float32 `[units]`: fewest that were asked for; ratio · elements, say. */
  readonly asked?: tf.Tensor1D
  /** float32 `[units]`: values at or below, and at or above these are sent. */
  readonly lower?: tf.Tensor1D
  readonly upper?: tf.Tensor1D
  /** float32 `[units]`: values that are infinite or not a number; above 0 the step's result is worth nothing. */
  readonly nonFinite: tf.Tensor1D
  /** float32 `[units]`: exact zeros among the values. */
  readonly zeros?: tf.Tensor1D
  /** int32 `[units]`: index of the chosen distribution among the families. */
  readonly family?: tf.Tensor1D
  /** float32 `[units, 3]`: location, scale, degrees of freedom of the chosen distribution. */
  readonly constants?: tf.Tensor2D
  /** int32 `[units]`: 0 fitted, else a status of the compressor's list. */
  readonly status?: tf.Tensor1D
}

export interface Compressed {
  readonly message: Message
  /** float32 `[layout.size]`: what receivers make of the message. `values − decoded` is the error that feedback keeps. */
  readonly decoded: tf.Tensor1D
  /** float32 `[layout.size]`: 1 where something was sent, for momentum masking; all ones for a compressor that sends each element. */
  readonly sent: tf.Tensor1D
  readonly state: Tensors
  readonly readings: UnitReadings
}

/**
 * Turns a worker's flat gradient into a message, and messages into their sum. Traced once into a step; state, such as thresholds between
 * fits, crosses steps as named tensors of the worker.
 *
 * Two replicas that decode the same messages in the same order get the same bits.
 */
export interface Compressor {
  /** What the numbers in its readings stand for. */
  readonly words?: { readonly families: readonly string[]; readonly statuses: readonly string[] }
  /** Of the values between steps, by name; empty for a compressor that remembers nothing. */
  initState(layout: FlatLayout): HostArrays
  compress(input: CompressionInput): Compressed
  /** float32 `[layout.size]`: Σ of what the messages say, indices that occur in several adding up. Traced on the receiver's device. */
  decodeSum(layout: FlatLayout, messages: readonly Message[]): tf.Tensor1D
  /** Packs a sum of so many messages for the way down from a server. Left out: the sum travels dense. */
  readonly down?: {
    pack(layout: FlatLayout, sum: tf.Tensor1D, messages: number): Message
    unpack(layout: FlatLayout, message: Message, messages: number): tf.Tensor1D
  }
}
