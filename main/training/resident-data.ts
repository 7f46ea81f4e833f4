import type { HostArray, Session } from '../tensorflow/runtime.ts'
import type { Dataset, Examples } from './datasets/dataset.ts'

/** The three parts of a data set, as their resident arrays are named. */
export type Split = 'train' | 'validation' | 'test'

const splits = ['train', 'validation', 'test'] as const satisfies readonly Split[]
const FLOAT_BYTES = 4
/** Normalised inputs up to this size stay on the device as float32, larger ones as they came and are normalised again at each use. */
const MOST_NORMALIZED_BYTES = 256 * 2 ** 20

/** What decides how a data set is kept. */
export type ResidentFacts = { readonly [S in Split]: { readonly count: number; readonly inputs: Pick<HostArray, 'type'> } } & Pick<Dataset, 'shape'>

/**
 * True where the inputs are kept as the model takes them: normalised, float32.
 *
 * Four times the room of bytes, but a step gathers its rows and is done, and an evaluation reads them where they lie. It
 * follows from the data set alone, and the numbers are the same to the bit either way.
 */
export function keepsNormalized(dataset: ResidentFacts): boolean {
  return inputCount(dataset) * FLOAT_BYTES <= MOST_NORMALIZED_BYTES
}

/** Bytes that a data set takes on the device of each session that holds it, labels included. */
export function residentBytes(dataset: ResidentFacts): number {
  const labels = splits.reduce((sum, split) => sum + dataset[split].count, 0) * FLOAT_BYTES
  const inputBytes = keepsNormalized(dataset) || dataset.train.inputs.type !== 'uint8' ? FLOAT_BYTES : 1
  return inputCount(dataset) * inputBytes + labels
}

/** Puts a data set on the session's device, as {@link keepsNormalized} says. */
export async function placeDataset(session: Session, dataset: Dataset): Promise<void> {
  for (const split of splits) await placeSplit(session, dataset, { split, prefix: '' })
}

/** Puts one part of a data set on a device, the session's where left out, its names after a prefix. */
export async function placeSplit(session: Session, dataset: Dataset, { split, prefix, device }: { readonly split: Split; readonly prefix: string; readonly device?: string }): Promise<void> {
  const { count, inputs, labels } = dataset[split]
  if (count === 0) return
  await session.createResident(`${prefix}${split}/inputs`, keepsNormalized(dataset) ? normalize(dataset[split], dataset.normalization) : inputs, device)
  await session.createResident(`${prefix}${split}/labels`, labels, device)
}

/**
 * (x − offset)·scale, each of the two operations rounded to float32 as the device does it.
 *
 * Offset and scale are one number, or one a feature, or one a channel: all of them repeat along the row-major values.
 */
export function normalize({ inputs }: Pick<Examples, 'inputs'>, { offset, scale }: Dataset['normalization']): HostArray {
  const { values, shape } = inputs
  const normalized = new Float32Array(values.length)
  const period = offset.length
  for (let column = 0; column < period; column++) {
    const [o, s] = [offset[column] ?? 0, scale[column] ?? 1]
    for (let i = column; i < values.length; i += period) normalized[i] = Math.fround((values[i] ?? 0) - o) * s
  }
  return { shape, type: 'float32', values: normalized }
}

function inputCount(dataset: ResidentFacts): number {
  const features = dataset.shape.reduce((product, size) => product * size, 1)
  return splits.reduce((sum, split) => sum + dataset[split].count, 0) * features
}
