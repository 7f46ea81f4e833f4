import type { HostArray } from '../../tensorflow/runtime.ts'
import { collectBadRows } from './bad-rows.ts'
import type { BadRows } from './bad-rows.ts'
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
 * @param badRows  Examples that are not finite or whose label is no class; refuses the data at the first where left out.
 * @throws LoupeError `data-malformed` where counts differ or no example is left.
 */
export function labelled(inputs: NamedArray, labels: NamedArray, badRows: BadRows = collectBadRows({ isStrict: true })): Labelled {
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
  const host = hostInputs(inputs)
  const isBad = new Uint8Array(count)
  markNotFinite(isBad, { inputs, values: host.values, badRows })
  markNoClass(isBad, { labels, badRows })
  const kept = Int32Array.from(isBad, (_, example) => example).filter((example) => isBad[example] === 0)
  if (kept.length === 0) throw malformed({ file: inputs.file, at: null, expected: 'at least one example that can be used', found: `none of ${count}` })
  return keepExamples({ inputs: channelsLast(host), labels: Int32Array.from(labels.array.values) }, kept)
}

/** The examples at `kept`, rising; the same arrays where those are all. */
export function keepExamples({ inputs, labels }: Labelled, kept: Int32Array): Labelled {
  if (kept.length === labels.length) return { inputs, labels }
  const width = inputs.values.length / labels.length
  const values = inputs.values.slice(0, kept.length * width)
  kept.forEach((example, row) => values.set(inputs.values.subarray(example * width, (example + 1) * width), row * width))
  return { inputs: { shape: [kept.length, ...inputs.shape.slice(1)], type: inputs.type, values }, labels: labels.length === 0 ? labels : Int32Array.from(kept, (example) => labels[example]!) }
}

/** An array and the file it came from, for errors. */
export interface NamedArray {
  readonly file: string
  readonly array: NumericArray
}

function hostInputs({ array: { shape, values } }: NamedArray): HostArray {
  if (values instanceof Uint8Array) return { shape, type: 'uint8', values }
  return { shape, type: 'float32', values: values instanceof Float32Array ? values : Float32Array.from(values) }
}

/** Tells the first bad value of each example. */
function markNotFinite(isBad: Uint8Array, { inputs: { file, array }, values, badRows }: { readonly inputs: NamedArray; readonly values: HostArray['values']; readonly badRows: BadRows }): void {
  if (values instanceof Uint8Array) return
  const width = values.length / isBad.length
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue
    const example = Math.floor(index / width)
    isBad[example] = 1
    badRows.add({ file, row: `example ${example}, value ${index}`, column: null, kind: 'not-finite', expected: 'a finite float32', found: `${array.values[index]}` })
    index = (example + 1) * width - 1
  }
}

function markNoClass(isBad: Uint8Array, { labels: { file, array }, badRows }: { readonly labels: NamedArray; readonly badRows: BadRows }): void {
  array.values.forEach((label: number, example: number) => {
    if ((Number.isInteger(label) && label >= 0 && label < MAX_CLASSES) || isBad[example] === 1) return
    isBad[example] = 1
    badRows.add({ file, row: `example ${example}`, column: null, kind: 'label', expected: `a class, a whole number from 0 to ${MAX_CLASSES - 1}`, found: `${label}` })
  })
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
