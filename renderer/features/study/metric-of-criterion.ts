import type { MetricKey } from '../../../main/contract/metrics.ts'
import type { Criterion } from '../../../main/contract/run-config.ts'

const keys: Readonly<Record<Criterion, MetricKey>> = {
  'gradient-mean': 'gradient/squared-norm-mean',
  'gradient-last': 'gradient/squared-norm',
  'gradient-min': 'gradient/squared-norm-min',
  'train-loss': 'train/loss',
  'validation-loss': 'validation/loss',
  'validation-accuracy': 'validation/accuracy',
}

/** The logged quantity that a criterion is read from. */
export function metricOfCriterion(criterion: Criterion): MetricKey {
  return keys[criterion]
}
