import type { OptimizerConfig } from '../../contract/optimizer-config.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Optimizer } from './optimizer.ts'
import { penalized, withPenalty } from './sgd.ts'
import { named, zeroSlots } from './slots.ts'

/** Slot that counts the updates made, a float32 scalar: exact up to 2²⁴ of them, and at 1 − βᵗ = 1 long before. */
const UPDATES = 'updates'

/**
 * Adam, and AdamW where decay is kept out of the gradient.
 *
 *     m ← β₁m + (1 − β₁)g        v ← β₂v + (1 − β₂)g²
 *     p ← p − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
 *
 * `adam` adds λp to g first (L2); `adamw` multiplies p by 1 − ηλ instead (decoupled). Either acts on every parameter, biases
 * and norms included, as PyTorch does. The corrections are computed as −expm1(t·ln β): 1 − 0.999 in float32 would be wrong in the
 * fifth digit. Slots: `mean/PARAMETER`, `square/PARAMETER`, and `updates`, the t of the last update.
 *
 * @see Kingma and Ba 2015, "Adam", arXiv:1412.6980; Loshchilov and Hutter 2019, "Decoupled weight decay regularization", arXiv:1711.05101.
 */
export function createAdam(config: Extract<OptimizerConfig, { kind: 'adam' | 'adamw' }>): Optimizer {
  const { beta1, beta2, epsilon, weightDecay } = config

  /** The corrections go into two scalars, shared by all parameters, instead of two passes over each. */
  function scalars(updates: tf.Tensor, learningRate: tf.Tensor) {
    const rootOfCorrection2 = tf.sqrt(correction(beta2, updates))
    return {
      stepSize: tf.div(tf.mul(learningRate, rootOfCorrection2), correction(beta1, updates)),
      scaledEpsilon: tf.mul(rootOfCorrection2, epsilon),
      keep: tf.sub(1, tf.mul(learningRate, weightDecay)),
    }
  }

  return {
    initSlots: (parameters) => ({
      ...zeroSlots('mean', parameters),
      ...zeroSlots('square', parameters),
      [UPDATES]: { shape: [], type: 'float32', values: new Float32Array(1) },
    }),
    update: (parameters, gradients, slots, learningRate) => {
      const updates = tf.add(named(slots, UPDATES), 1)
      const { stepSize, scaledEpsilon, keep } = scalars(updates, learningRate)
      const moved: Record<string, tf.Tensor> = {}
      const newSlots: Record<string, tf.Tensor> = { [UPDATES]: updates }
      for (const [name, parameter] of Object.entries(parameters)) {
        const gradient = config.kind === 'adam' ? withPenalty(named(gradients, name), parameter, weightDecay) : named(gradients, name)
        const mean = blend(named(slots, `mean/${name}`), gradient, beta1)
        const square = blend(named(slots, `square/${name}`), tf.square(gradient), beta2)
        const move = tf.div(tf.mul(mean, stepSize), tf.add(tf.sqrt(square), scaledEpsilon))
        const kept = config.kind === 'adamw' && weightDecay > 0 ? tf.mul(parameter, keep) : parameter
        moved[name] = tf.sub(kept, move)
        newSlots[`mean/${name}`] = mean
        newSlots[`square/${name}`] = square
      }
      return { parameters: moved, slots: newSlots }
    },
    updateInPlace: ({ names, context, parameter, slot }, gradients, learningRate) => {
      const updates = tf.add(context.read(slot(UPDATES)), 1)
      context.assign(slot(UPDATES), updates)
      const { stepSize, scaledEpsilon, keep } = scalars(updates, learningRate)
      for (const name of names) {
        const value = () => context.read(parameter(name))
        const gradient = config.kind === 'adam' ? penalized(named(gradients, name), value, weightDecay) : named(gradients, name)
        // Decay first: with a rate of 1 − (1 − ηλ) and the parameter as its own gradient the descent multiplies it by 1 − ηλ.
        if (config.kind === 'adamw' && weightDecay > 0) context.update({ kind: 'descent', parameter: parameter(name), gradient: value(), learningRate: tf.sub(1, keep) })
        context.update({ kind: 'adam', parameter: parameter(name), mean: slot(`mean/${name}`), square: slot(`square/${name}`), gradient, learningRate: stepSize, beta1, beta2, epsilon: scaledEpsilon })
      }
    },
  }
}

/** 1 − βᵗ. */
function correction(beta: number, updates: tf.Tensor): tf.Tensor {
  return beta === 0 ? tf.scalar(1) : tf.neg(tf.expm1(tf.mul(updates, Math.log(beta))))
}

/** βa + (1 − β)b. */
function blend(old: tf.Tensor, now: tf.Tensor, beta: number): tf.Tensor {
  return tf.add(tf.mul(old, beta), tf.mul(now, 1 - beta))
}
