import { dynamicOutput, fixed } from '../../tensorflow/dynamic-tensor.ts'
import { onDevice } from '../../tensorflow/ops.ts'
import type { Session } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Worker } from './worker-variables.ts'

/** Odd, so that no multiplication loses bits: 2³² over the golden ratio, and a prime. */
const [STRIDE, STEP] = [0x9e3779b1 | 0, 0x85ebca6b | 0]

/**
 * Compiles a check that all replicas are the same to the bit: each worker hashes the bits of its parameters, statistics and slots on its own
 * device, and only hashes cross. Slots that are each worker's own, as where weight deltas are exchanged, are not among them.
 *
 *     hash of a tensor = Σ bitsᵢ · (i·STRIDE + STEP)   mod 2³², with odd factors; tensors are chained by hash ← 31·hash + that
 *
 * One differing bit always changes the hash; several cancel once in 2³² times.
 */
export function compileReplicaCheck(session: Session, workers: readonly Worker[]): () => Promise<readonly number[]> {
  const compiled = session.compile({
    name: `compare-${workers.length}-replicas`,
    inputs: {},
    trace(context) {
      const hashes = workers.map(({ device, replica, own }) =>
        onDevice(device, () => {
          const tensors = [replica.parameters, replica.statistics, ...(own === null ? [replica.slots] : [])].flatMap(({ prefix, names }) => names.map((name) => context.read(prefix + name)))
          return tensors.reduce<tf.Tensor>((hash, tensor) => tf.add(tf.mul(hash, tf.scalar(31, 'int32')), hashOf(tensor)), tf.scalar(0, 'int32'))
        }),
      )
      return { hashes: tf.stack(hashes) }
    },
  })
  return async () => Array.from((await compiled.run({})).hashes)
}

function hashOf(tensor: tf.Tensor): tf.Tensor {
  const type = (value: 'float32' | 'int32') => ({ kind: 'type', value }) as const
  const bits = tensor.dtype === 'int32' ? tensor : fixed(dynamicOutput('Bitcast', [tensor], { T: type('float32'), type: type('int32') }), tensor.shape)
  const factors = tf.add(tf.mul(tf.mul(tf.range(0, tensor.size, 1, 'int32'), tf.scalar(2, 'int32')), tf.scalar(STRIDE, 'int32')), tf.scalar(STEP | 1, 'int32'))
  return tf.sum(tf.mul(tf.reshape(bits, [tensor.size]), factors))
}
