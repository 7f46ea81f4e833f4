import type { ParsedQueryInput, QueryOutput } from '../../../contract/queries.ts'
import { LoupeError } from '../../../contract/errors.ts'
import { elementCount } from '../numeric-array.ts'
import { resizeImages } from '../resize-images.ts'
import type { Inspected } from './inspect-dataset.ts'

/** Pixels of the longer side of an image that is looked at. */
const MOST_SIDE = 128
/** Numbers of a row that are looked at, the first ones. */
const MOST_COLUMNS = 60

/**
 * A page of examples of a split, of all classes or one, in the order of the split.
 *
 * Of large images smaller ones are shown, of wide tables the first columns.
 *
 * @throws LoupeError `invalid-input` for a class that the data set does not have.
 */
export function previewExamples({ dataset, featureNames }: Pick<Inspected, 'dataset' | 'featureNames'>, { split, classIndex, offset, limit }: Omit<ParsedQueryInput<'dataset.preview'>, 'dataset'>): QueryOutput<'dataset.preview'> {
  if (classIndex !== null && classIndex >= dataset.classes) throw new LoupeError('invalid-input', `There is no class ${classIndex}: ${dataset.title} has ${dataset.classes}, counted from 0.`, { classIndex, classes: dataset.classes })
  const { inputs, labels } = split === 'training' ? dataset.train : dataset[split]
  const ofClass = Array.from(labels.values.keys()).filter((index) => classIndex === null || labels.values[index] === classIndex)
  const page = ofClass.slice(offset, offset + limit)
  const width = elementCount(dataset.shape)
  const shape = shownShape(dataset.shape)
  const shown = page.map((index) => {
    const values = inputs.values.subarray(index * width, (index + 1) * width)
    const small = shape.length === 3 && shape.join() !== dataset.shape.join() ? resizeImages({ shape: [1, ...dataset.shape], type: inputs.type, values }, shape).values : values.subarray(0, elementCount(shape))
    return { index, label: labels.values[index]!, values: Array.from(small, (value) => Number(value.toPrecision(6))) }
  })
  return {
    shape,
    classNames: [...dataset.classNames],
    featureNames: dataset.shape.length === 1 ? (featureNames?.slice(0, shape[0]) ?? null) : null,
    total: ofClass.length,
    range: inputs.values instanceof Uint8Array && dataset.shape.length === 3 ? [0, mostOf(inputs.values)] : rangeOf(shown),
    examples: shown,
  }
}

function shownShape(shape: readonly number[]): number[] {
  if (shape.length === 1) return [Math.min(shape[0] ?? 0, MOST_COLUMNS)]
  const [height = 0, width = 0, channels = 0] = shape
  const side = Math.max(height, width)
  if (shape.length !== 3 || side <= MOST_SIDE) return [...shape]
  return [Math.max(1, Math.round((height * MOST_SIDE) / side)), Math.max(1, Math.round((width * MOST_SIDE) / side)), channels]
}

/** Of all examples, so that a dark image stays dark among brighter ones. */
function mostOf(bytes: Uint8Array): number {
  let most = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at]! > most) most = bytes[at]!
  return Math.max(1, most)
}

function rangeOf(examples: readonly { readonly values: readonly number[] }[]): [number, number] {
  let [least, most] = [Infinity, -Infinity]
  for (const { values } of examples) {
    for (const value of values) {
      if (value < least) least = value
      if (value > most) most = value
    }
  }
  return least <= most ? [least, most] : [0, 1]
}
