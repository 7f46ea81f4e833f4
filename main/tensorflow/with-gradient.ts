import { tf } from './tf.ts'

/** What a function with a gradient of its own gives. */
export interface Differentiable {
  readonly value: tf.Tensor
  /** Tensors of the forward pass that the backward pass reads; anything else is gone by then. */
  readonly saved: readonly tf.Tensor[]
  /** From the gradient of the value, one gradient for each input, in their order. */
  gradients(dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[]
}

/** Calls a function that brings its own gradient. As `tf.customGrad`, in types that tell the inputs from the saving function. */
export function withGradient(inputs: readonly tf.Tensor[], define: () => Differentiable): tf.Tensor {
  return tf.customGrad((...given) => {
    const { value, saved, gradients } = define()
    const save = given.at(-1) as tf.GradSaveFunc // customGrad appends it to the inputs
    save([...saved])
    return { value, gradFunc: gradients }
  })(...inputs)
}
