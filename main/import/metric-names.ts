import type { MetricKey } from '../contract/metrics.ts'

/**
 * Names under which other tools log what a metric of ours is beyond doubt: the accuracy on validation or test examples, and the learning rate.
 *
 * Losses stay under their own names. Whether `val_loss` is in nats, a mean, and without the penalty on the weights is not in its name.
 */
const same: Readonly<Partial<Record<MetricKey, RegExp>>> = {
  'validation/accuracy': /^(val|valid|validation)[/_. -](acc|accuracy)$/i,
  'test/accuracy': /^test[/_. -](acc|accuracy)$/i,
  'step/learning-rate': /^((train|training)[/_. -])?(lr|learning[ _-]?rate)$/i,
}

/** Our key for a metric of another tool; null where it keeps its own. An accuracy in percent is no fraction. */
export function ownKeyOf(name: string, values: Float64Array): MetricKey | null {
  const found = (Object.entries(same) as [MetricKey, RegExp][]).find(([, pattern]) => pattern.test(name)) // the table's own keys
  if (found === undefined) return null
  const [key] = found
  const isRight = key === 'step/learning-rate' ? (value: number) => value >= 0 : (value: number) => value >= 0 && value <= 1
  return values.every((value) => Number.isNaN(value) || isRight(value)) ? key : null
}
