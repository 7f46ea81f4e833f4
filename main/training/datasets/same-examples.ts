import type { HostArray } from '../../tensorflow/runtime.ts'
import { sha256 } from './content-hash.ts'
import type { Dataset } from './dataset.ts'
import { elementCount } from './numeric-array.ts'

/** Of pixels that are bytes. */
const BYTE_SCALE = 255

/**
 * Which examples of a set are not validation or test examples of a data set: their places, rising.
 *
 * Examples are the same where all their values are, as float32 and after the same scale: pixels from 0 to 255 are those from 0 to 1 times 255. Data of
 * another shape share nothing. Labels are not looked at. An example that was resized, cut or compressed since is not found.
 *
 * @param inputs  `[count, ...shape]`.
 */
export function unsharedExamples(inputs: HostArray, { shape, train, validation, test }: Pick<Dataset, 'shape' | 'train' | 'validation' | 'test'>): Int32Array {
  const [count = 0, ...own] = inputs.shape
  const all = Int32Array.from({ length: count }, (_, index) => index)
  if (own.join() !== shape.join()) return all
  const scale = pixelScale(train.inputs)
  const held = new Set([validation, test].flatMap((part) => marksOf(part.inputs, scale)))
  const marks = marksOf(inputs, pixelScale(inputs))
  return all.filter((index) => !held.has(marks[index] ?? ''))
}

/** What pixels are divided by to lie between 0 and 1; 1 for what is no image, or is none of bytes. */
function pixelScale({ shape, type, values }: HostArray): number {
  if (shape.length !== 4) return 1
  if (type === 'uint8') return BYTE_SCALE
  let [least, most] = [0, 0]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return least >= 0 && most > 1 && most <= BYTE_SCALE ? BYTE_SCALE : 1
}

/** A hash of each example's values. */
function marksOf({ shape: [count = 0, ...shape], values }: HostArray, scale: number): string[] {
  const width = elementCount(shape)
  const row = new Float32Array(width)
  const bytes = new Uint8Array(row.buffer)
  return Array.from({ length: count }, (_, example) => {
    // The sum makes −0 a 0, which have other bytes.
    for (let i = 0; i < width; i++) row[i] = (values[example * width + i] ?? 0) / scale + 0
    return sha256(bytes)
  })
}
