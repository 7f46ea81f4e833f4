import { squaredNorm } from '../../tensorflow/ops.ts'
import type { Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { countBits } from './bit-histograms.ts'
import type { Received, Sent } from './exchange-all.ts'
import type { ExchangeStepOptions } from './exchange-step.ts'
import type { StepVariant } from './step-variant.ts'

/** Of the histograms that are logged: fits from them are within a per mille of those to the values, the degrees of freedom within two. */
export const MANTISSA_BITS = 5

/** float32 `[workers]`: each worker's part of the mean loss of the batch. */
export function lossesOf(losses: readonly tf.Scalar[]): tf.Tensor {
  return tf.stack(losses.map((loss) => tf.div(loss, losses.length)))
}

/** What the step tells: every time what is cheap, and all of it where it is recorded. One row a worker. */
export function told(options: ExchangeStepOptions, variant: StepVariant, sent: readonly Sent[], { bytesUp, bytesDown }: Received): Tensors {
  const { layout } = options
  const perUnit = (of: (one: Sent) => tf.Tensor) => tf.stack(sent.map(of))
  const always: Record<string, tf.Tensor> = {
    losses: lossesOf(sent.map(({ loss }) => loss)),
    bytesUp,
    bytesDown,
    kept: perUnit(({ compressed }) => compressed?.readings.kept ?? tf.zeros([layout.units.length])),
    notFinite: perUnit(({ compressed }) => compressed?.readings.nonFinite ?? tf.zeros([layout.units.length])),
  }
  if (variant.snapshot) Object.assign(always, { gradients: perUnit(({ fresh }) => fresh), values: perUnit(({ values }) => values) })
  if (!variant.records || variant.sending === 'nothing' || layout.size === 0) return always
  return { ...always, ...recorded(options, sent) }
}

function recorded({ layout }: ExchangeStepOptions, sent: readonly Sent[]): Tensors {
  const norm = (tensor: tf.Tensor) => tf.sqrt(squaredNorm([tensor]))
  const parts = sent.map(({ fresh, values, compressed, kept }) => {
    const decoded = compressed?.decoded ?? values
    const error = tf.sub<tf.Tensor1D>(decoded, values)
    return {
      histograms: tf.stack([fresh, values, error].map((vector) => countBits(layout, vector, MANTISSA_BITS))),
      norms: tf.stack([norm(fresh), norm(values), norm(decoded), tf.sum(tf.mul(decoded, fresh)), norm(error), kept === undefined ? tf.scalar(0) : norm(kept)]),
    }
  })
  const readings = sent.map(({ compressed }) => compressed?.readings ?? null)
  const told: Record<string, tf.Tensor> = {
    histograms: tf.stack(parts.map(({ histograms }) => histograms)),
    norms: tf.stack(parts.map(({ norms }) => norms)),
  }
  for (const name of ['asked', 'lower', 'upper', 'family', 'constants', 'status'] as const) {
    const known = readings.flatMap((reading) => (reading?.[name] === undefined ? [] : [reading[name]]))
    if (known.length === sent.length) told[name] = tf.stack(known)
  }
  return told
}
