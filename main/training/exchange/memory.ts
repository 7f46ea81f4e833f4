import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import type { HostArray, HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Compressed } from './compressor.ts'

/** What decides how a worker remembers. */
export interface MemoryPlan extends Pick<ExchangeConfig, 'memory' | 'masking'> {
  /** Of the optimizer, where it is kept by the workers (momentum correction); null where receivers keep it. */
  readonly workerMomentum: { readonly factor: number; readonly nesterov: boolean } | null
  readonly size: number
  readonly denseSize: number
}

/** What a step sends: everything whole, what the compressor takes of it, or nothing because a window is not over or the workers move by themselves. */
export type Sending = 'dense' | 'compressed' | 'nothing'

/**
 * The worker's values between steps, all 0 at first.
 *
 * - `kept`: what was not sent, or the sum of an open window; only with such a memory.
 * - `velocity`, `dense-velocity`: of the flat and of the whole tensors; only with momentum at the worker.
 */
export function initMemory({ memory, workerMomentum, size, denseSize }: MemoryPlan): HostArrays {
  const zeros = (length: number): HostArray => ({ shape: [length], type: 'float32', values: new Float32Array(length) })
  return {
    ...(memory === 'none' ? {} : { kept: zeros(size) }),
    ...(workerMomentum === null ? {} : { velocity: zeros(size), 'dense-velocity': zeros(denseSize) }),
  }
}

export interface Remembered {
  /** To be compressed: float32 `[size]`. */
  readonly values: tf.Tensor1D
  /** To be sent whole: float32 `[denseSize]`. */
  readonly dense: tf.Tensor1D
  /** The memory after the step. `compressed` is null where nothing was sent. */
  after(compressed: Pick<Compressed, 'decoded' | 'sent'> | null, sending: Sending): Tensors
}

/**
 * Adds what a worker remembers to its gradient.
 *
 *     residual   values = e + g, then e ← values − what was sent of them
 *     window     values = s + g, then s ← values; all of it is sent and s ← 0 where the window ends
 *     none       values = g
 *
 * With momentum at the worker, g stands for u ← μu + g (Nesterov: g + μu), the receivers make a plain step, and `masking` sets u to 0
 * where its value was sent, so that old momentum does not push on (momentum correction and factor masking).
 *
 * @see Lin et al. 2018, "Deep Gradient Compression", arXiv:1712.01887, sections 3.1 and 3.2. The source's claim 9 names the gradient and the
 *   cumulative gradient; its "added up" is read as `residual` and as `window`.
 */
export function remember(plan: MemoryPlan, state: Tensors, { gradient, dense }: { readonly gradient: tf.Tensor1D; readonly dense: tf.Tensor1D }): Remembered {
  const { memory, masking, workerMomentum } = plan
  const velocity = workerMomentum === null ? null : { flat: moved(state, 'velocity', gradient, workerMomentum.factor), dense: moved(state, 'dense-velocity', dense, workerMomentum.factor) }
  const push = (given: tf.Tensor1D, velocities: tf.Tensor1D | undefined): tf.Tensor1D => {
    if (workerMomentum === null || velocities === undefined) return given
    return workerMomentum.nesterov ? tf.add<tf.Tensor1D>(given, tf.mul(velocities, workerMomentum.factor)) : velocities
  }
  const pushed = push(gradient, velocity?.flat)
  const values = memory === 'none' ? pushed : tf.add<tf.Tensor1D>(of(state, 'kept'), pushed)
  return {
    values,
    dense: push(dense, velocity?.dense),
    after(compressed, sending) {
      const isMasked = masking && memory === 'residual' && sending === 'compressed' && compressed !== null
      return {
        ...(memory === 'none' ? {} : { kept: keptAfter(values, compressed, memory) }),
        ...(velocity === null ? {} : { velocity: isMasked ? tf.mul(velocity.flat, tf.sub(1, compressed.sent)) : velocity.flat, 'dense-velocity': velocity.dense }),
      }
    },
  }
}

function keptAfter(values: tf.Tensor1D, compressed: Pick<Compressed, 'decoded'> | null, memory: 'residual' | 'window'): tf.Tensor {
  if (compressed === null) return values
  return memory === 'window' ? tf.zerosLike(values) : tf.sub(values, compressed.decoded)
}

function moved(state: Tensors, name: string, gradient: tf.Tensor1D, factor: number): tf.Tensor1D {
  return tf.add<tf.Tensor1D>(tf.mul(of(state, name), factor), gradient)
}

/** The state has what `initMemory` made of the same plan. */
function of(state: Tensors, name: string): tf.Tensor {
  return state[name] as tf.Tensor
}
