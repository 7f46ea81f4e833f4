import { isMetricKey, metrics } from '../../../../main/contract/metrics.ts'
import type { MetricKey } from '../../../../main/contract/metrics.ts'

/** How a metric is drawn. Of one that an imported run brought along nothing is known but its name. */
export interface MetricFacts {
  readonly name: string
  /** Empty where it is not known. */
  readonly unit: string
  /** Each value holds until the next. */
  readonly isHeld: boolean
}

/** @param names  Of Loupe's own metrics, in the window's language. */
export function metricFacts(key: string, names: Readonly<Record<MetricKey, string>>): MetricFacts {
  return isMetricKey(key) ? { name: names[key], unit: metrics[key].unit, isHeld: metrics[key].per === 'change' } : { name: key, unit: '', isHeld: false }
}
