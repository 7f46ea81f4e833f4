import { inPhase, onDevice, sumInOrder } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Compressed, Compressor, Message } from './compressor.ts'
import type { ExchangeStepOptions } from './exchange-step.ts'
import type { StepVariant } from './step-variant.ts'

/** What a worker has made of its share, before it is exchanged. */
export interface Sent {
  readonly loss: tf.Scalar
  /** Whole tensors, and the running statistics after the step. */
  readonly dense: tf.Tensor1D
  /** float32 `[layout.size]`: the gradient, or how far the worker's weights have moved; before memory. */
  readonly fresh: tf.Tensor1D
  /** The same with what memory added to it: what is compressed. */
  readonly values: tf.Tensor1D
  readonly compressed: Compressed | null
  /** What memory keeps for later steps; undefined without one. */
  readonly kept: tf.Tensor | undefined
}

const FLOAT_BYTES = 4

/** What all workers have sent, where it is wanted. */
export interface Received {
  /** The mean over the workers, on the device that is traced; null where nothing was sent. */
  here(): { readonly flat: tf.Tensor1D | null; readonly dense: tf.Tensor1D }
  /** float32 `[workers]`. */
  readonly bytesUp: tf.Tensor1D
  readonly bytesDown: tf.Tensor1D
}

/** Sends every message where it is wanted. */
export function exchangeAll(options: ExchangeStepOptions, { sending }: StepVariant, sent: readonly Sent[]): Received {
  const { workers, layout, exchange } = options
  const messages = sent.flatMap(({ compressed }) => (compressed === null ? [] : [compressed.message]))
  const by = messages.length === 0 ? null : sending === 'dense' ? options.whole : options.compressor
  const mean = (sum: tf.Tensor1D) => tf.mul<tf.Tensor1D>(sum, 1 / workers.length)
  const denseBytes = (sent[0]?.dense.size ?? 0) * FLOAT_BYTES
  const decode = (by: Compressor) => by.decodeSum(layout, messages)
  const addDense = () => sumInOrder(sent.map(({ dense }) => dense))
  const up = tf.stack(sent.map(({ compressed }) => (compressed === null ? tf.scalar(denseBytes) : tf.add<tf.Scalar>(compressed.message.bytes, denseBytes)))) as tf.Tensor1D // scalars
  if (exchange.topology === 'server') return fromServer({ options, up, denseBytes, addDense, mean, sum: by === null ? null : () => decode(by), by })
  const others = tf.sub<tf.Tensor1D>(tf.sum(up), up)
  return {
    here: () => inPhase('exchange', () => ({ flat: by === null ? null : mean(decode(by)), dense: mean(addDense()) })),
    bytesUp: up,
    bytesDown: others,
  }
}

interface ServerContext {
  readonly options: ExchangeStepOptions
  readonly up: tf.Tensor1D
  readonly denseBytes: number
  readonly addDense: () => tf.Tensor1D
  readonly mean: (sum: tf.Tensor1D) => tf.Tensor1D
  readonly sum: (() => tf.Tensor1D) | null
  readonly by: Compressor | null
}

/** The first worker adds all messages up, and sends the sum down to each worker, itself included. */
function fromServer({ options, up, denseBytes, addDense, mean, sum, by }: ServerContext): Received {
  const { workers, layout } = options
  const server = workers[0]?.device ?? ''
  const { flat, dense, packed } = onDevice(server, () =>
    inPhase('exchange', () => {
      const added = sum === null ? null : mean(sum())
      return { flat: added, dense: mean(addDense()), packed: added === null || by?.down === undefined ? null : by.down.pack(layout, added, workers.length) }
    }),
  )
  const flatBytes: tf.Scalar = packed?.bytes ?? tf.scalar(flat === null ? 0 : layout.size * FLOAT_BYTES)
  const unpack = (message: Message): tf.Tensor1D | null => by?.down?.unpack(layout, message, workers.length) ?? null
  return {
    here: () => inPhase('exchange', () => ({ flat: packed === null ? flat && tf.clone(flat) : unpack(packed), dense: tf.clone(dense) })),
    bytesUp: up,
    bytesDown: tf.mul<tf.Tensor1D>(tf.ones<tf.Rank.R1>([workers.length]), tf.add(flatBytes, denseBytes)),
  }
}
