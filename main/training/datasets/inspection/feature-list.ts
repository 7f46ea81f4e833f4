import { MOST_FEATURES } from '../../../contract/dataset-inspection.ts'
import type { DatasetInspection, FeatureStatistics } from '../../../contract/dataset-inspection.ts'
import type { ElementStatistics } from './element-statistics.ts'

interface FeatureOptions {
  /** Of one example. */
  readonly shape: readonly number[]
  /** Training examples there are. */
  readonly examples: number
  readonly featureNames: readonly string[] | null
  /** Empty cells by column. */
  readonly missing: ReadonlyMap<string, number>
}

/** Statistics by what differs in kind: the columns of a table, the channels of a series or an image. */
export function featureList(elements: ElementStatistics, { shape, examples, featureNames, missing }: FeatureOptions): DatasetInspection['features'] {
  const width = elements.mean.length
  const features = shape.length === 1 ? width : (shape.at(-1) ?? 1)
  const named = Array.from({ length: Math.min(features, MOST_FEATURES) }, (_, feature) => featureNames?.[feature] ?? channelName(feature, shape))
  let constant = 0
  for (let element = 0; element < width; element++) if (elements.min[element] === elements.max[element]) constant += 1
  return {
    total: width,
    listed: named.map((name, feature) => ({ name, ...pooled(elements, { feature, features }), missing: missing.get(name) ?? 0 })),
    constant,
    examples: elements.rows.length,
    isSample: elements.rows.length < examples,
  }
}

function channelName(feature: number, shape: readonly number[]): string {
  if (shape.length === 3 && shape[2] === 3) return ['red', 'green', 'blue'][feature]!
  return shape.length === 3 && shape[2] === 1 ? 'grey' : `${feature + 1}`
}

/** All numbers of one feature together: their variance is the mean of their variances and the variance of their means. */
function pooled({ min, mean, variance, max }: ElementStatistics, { feature, features }: { readonly feature: number; readonly features: number }): Omit<FeatureStatistics, 'name' | 'missing'> {
  let [least, most, sum, within, count] = [Infinity, -Infinity, 0, 0, 0]
  for (let element = feature; element < mean.length; element += features) {
    least = Math.min(least, min[element]!)
    most = Math.max(most, max[element]!)
    sum += mean[element]!
    within += variance[element]!
    count += 1
  }
  const centre = sum / count
  let between = 0
  for (let element = feature; element < mean.length; element += features) between += (mean[element]! - centre) ** 2
  return { min: least, mean: centre, deviation: Math.sqrt((within + between) / count), max: most }
}
