import type { HostArray } from '../../tensorflow/runtime.ts'
import { malformed } from './malformed.ts'
import { describeShape } from './numeric-array.ts'
import type { NumericArray } from './numeric-array.ts'

/** Inputs and labels as they come out of the files, before any split. */
export interface Labelled {
  /** `[count, ...shape]`, uint8 or float32. */
  readonly inputs: HostArray
  /** `[count]`, whole numbers from 0. */
  readonly labels: Int32Array
}

/** More classes than this are taken for a mistake: a quantity or an identity in place of a label. */
const MAX_CLASSES = 65536

/**
 * Pairs decoded inputs with decoded labels.
 *
 * Bytes stay bytes, all else becomes float32. `[n, h, w]` becomes `[n, h, w, 1]`. Images with 1 or 3 channels in front, as
 * PyTorch saves them, are turned to channels last.
 *
 * @param inputs  `[count, ...]`, at least 2 dimensions.
 * @param labels  `[count]` or `[count, 1]`.
 * @throws LoupeError `data-malformed` where counts differ, something is empty or not finite, or a label is no class.
 */
export function labelled(inputs: NamedArray, labels: NamedArray): Labelled {
  const rank = inputs.array.shape.length
  if (rank < 2) {
    throw malformed({ file: inputs.file, at: 'shape', expected: 'inputs of at least 2 dimensions, examples first', found: describeShape(inputs.array.shape) })
  }
  const count = inputs.array.shape[0]!
  const labelShape = labels.array.shape
  if (labelShape.length !== 1 && !(labelShape.length === 2 && labelShape[1] === 1)) {
    const advice = 'One-hot labels are not read: save the class of each example.'
    throw malformed({ file: labels.file, at: 'shape', expected: 'one label an example, [n]', found: describeShape(labelShape), advice })
  }
  if (labelShape[0] !== count) {
    throw malformed({ file: labels.file, at: 'shape', expected: `${count} labels, one for each input of ${inputs.file}`, found: `${labelShape[0]}` })
  }
  if (inputs.array.values.length === 0) throw malformed({ file: inputs.file, at: 'shape', expected: 'at least one example', found: describeShape(inputs.array.shape) })
  return { inputs: hostInputs(inputs), labels: classLabels(labels) }
}

/** An array and the file it came from, for errors. */
export interface NamedArray {
  readonly file: string
  readonly array: NumericArray
}

function hostInputs({ file, array }: NamedArray): HostArray {
  const { values } = array
  if (values instanceof Uint8Array) return channelsLast({ shape: array.shape, type: 'uint8', values })
  const floats = values instanceof Float32Array ? values : Float32Array.from(values)
  const bad = floats.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    const example = Math.floor(bad / (floats.length / array.shape[0]!))
    throw malformed({ file, at: `example ${example}, value ${bad}`, expected: 'a finite float32', found: `${values[bad]}` })
  }
  return channelsLast({ shape: array.shape, type: 'float32', values: floats })
}

function channelsLast(array: HostArray): HostArray {
  const [count, first, second, third] = array.shape
  if (array.shape.length === 3) return { ...array, shape: [...array.shape, 1] }
  if (array.shape.length !== 4 || !isChannels(first!) || isChannels(third!)) return array
  const [channels, height, width] = [first!, second!, third!]
  const values = array.values.slice()
  const plane = height * width
  for (let example = 0; example < count!; example++) {
    const start = example * channels * plane
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < plane; pixel++) values[start + pixel * channels + channel] = array.values[start + channel * plane + pixel]!
    }
  }
  return { shape: [count!, height, width, channels], type: array.type, values }
}

function isChannels(size: number): boolean {
  return size === 1 || size === 3
}

function classLabels({ file, array }: NamedArray): Int32Array {
  const bad = array.values.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= MAX_CLASSES)
  if (bad >= 0) {
    throw malformed({ file, at: `example ${bad}`, expected: `a class, a whole number from 0 to ${MAX_CLASSES - 1}`, found: `${array.values[bad]}` })
  }
  return Int32Array.from(array.values)
}
