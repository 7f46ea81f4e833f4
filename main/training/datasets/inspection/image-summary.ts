import type { DatasetInspection, ImageSize } from '../../../contract/dataset-inspection.ts'
import type { HostArray } from '../../../tensorflow/runtime.ts'
import { elementCount } from '../numeric-array.ts'
import type { ElementStatistics } from './element-statistics.ts'

const BINS = 64
const MOST_SIZES = 100

/** Mean image and intensities of images; null for what is none. Bytes lie in 64 bins of 4 intensities each. */
export function imageSummary(inputs: HostArray, { elements, sizes }: { readonly elements: ElementStatistics; readonly sizes: readonly ImageSize[] | null }): DatasetInspection['images'] {
  const [, ...shape] = inputs.shape
  if (shape.length !== 3) return null
  const isBytes = inputs.values instanceof Uint8Array
  const low = isBytes ? 0 : elements.min.reduce((a, b) => Math.min(a, b), Infinity)
  const high = isBytes ? 256 : elements.max.reduce((a, b) => Math.max(a, b), -Infinity)
  const histogram = new Float64Array(BINS)
  const scale = high > low ? BINS / (high - low) : 0
  const width = elementCount(shape)
  const { values } = inputs
  for (const row of elements.rows) {
    for (let at = row * width; at < (row + 1) * width; at++) histogram[Math.min(BINS - 1, Math.floor((values[at]! - low) * scale))]! += 1
  }
  return { mean: Array.from(elements.mean, (value) => Number(value.toPrecision(5))), range: [low, high], histogram: [...histogram], sizes: sizes?.slice(0, MOST_SIZES) ?? null }
}
