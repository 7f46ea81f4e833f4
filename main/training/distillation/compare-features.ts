import { LoupeError } from '../../contract/errors.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { HostArray, HostArrays, Runtime, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Dataset, Examples } from '../datasets/dataset.ts'
import { createStack } from '../models/index.ts'
import type { Stack } from '../models/stack.ts'
import { Random } from '../random.ts'
import { normalize } from '../resident-data.ts'
import { writeGroup } from '../variables.ts'
import { linearCkas } from './similarity.ts'

/** A trained model: what a run's checkpoint holds, and what the run made of its inputs. */
export interface TrainedModel {
  readonly config: Pick<RunConfig, 'model'>
  readonly dataset: Pick<Dataset, 'shape' | 'classes' | 'normalization'>
  /** Of the checkpoint, by names such as `parameters/block1/norm1/scale`. */
  readonly variables: HostArrays
}

export interface CompareFeaturesOptions {
  readonly runtime: Runtime
  readonly models: readonly [TrainedModel, TrainedModel]
  /** Raw; each model sees them normalised as in its own training. */
  readonly examples: Pick<Examples, 'inputs' | 'count'>
  /** As many of these are taken, from the first on. */
  readonly count: number
}

/** Places of a checkpoint's names, in the order in which they are looked through. */
const PLACES = ['parameters/', 'statistics/'] as const

/**
 * How alike the features of two trained models are, each block's of the one with each block's of the other, in evaluation mode.
 *
 * Models may differ in kind and size: CKA compares how features order the examples, not their numbers. Heads are left out.
 *
 * @returns Linear CKA, a row a block of the first model.
 * @throws LoupeError `shape-mismatch` where a checkpoint is of another model, `invalid-input` for a model without blocks.
 */
export async function compareFeatures({ runtime, models, examples, count }: CompareFeaturesOptions): Promise<number[][]> {
  const stacks = models.map(({ config, dataset }) => createStack(config.model, dataset.shape, dataset.classes))
  for (const { blocks, title } of stacks) if (blocks.length === 0) throw new LoupeError('invalid-input', `${title} has no blocks, so it has no features to compare. Choose a run of a model with at least one.`)
  const session = await runtime.openSession()
  try {
    const traced: ((read: (name: string) => tf.Tensor) => tf.Tensor[])[] = []
    for (const [index, stack] of stacks.entries()) {
      const { variables, dataset } = models[index]! // as many as stacks
      const prefix = `model${index + 1}/`
      const { names } = await writeGroup(session, prefix, featureVariables(stack, variables))
      await session.createResident(`${prefix}inputs`, normalize({ inputs: firstRows(examples.inputs, count) }, dataset.normalization))
      traced.push((read) => featuresOf(stack, Object.fromEntries(names.map((name) => [name, read(prefix + name)])), tf.reshape(read(`${prefix}inputs`), [count, ...stack.inputShape])))
    }
    const compiled = session.compile({
      name: 'compare-features',
      inputs: {},
      trace({ read, range }) {
        const named = (name: string) => (name.endsWith('/inputs') ? range(name, tf.scalar(0, 'int32'), count) : read(name))
        const [first, second] = traced.map((features) => features(named)) as [tf.Tensor[], tf.Tensor[]] // of two models
        return { similarity: linearCkas(first, second) }
      },
    })
    const { similarity } = await compiled.run({})
    const columns = stacks[1]!.blocks.length // there are two
    return stacks[0]!.blocks.map((_, row) => Array.from(similarity.subarray(row * columns, (row + 1) * columns)))
  } finally {
    await session.close()
  }
}

/** After each block, `[examples, ...]`. */
function featuresOf({ stem, blocks }: Stack, tensors: Tensors, x: tf.Tensor): tf.Tensor[] {
  const mode = { training: false, seed: tf.tensor1d([0, 0], 'int32') }
  let { output } = stem.apply(tensors, tensors, x, mode)
  return blocks.map((block) => {
    ;({ output } = block.apply(tensors, tensors, output, mode))
    return output
  })
}

/** What the stem and the blocks read, out of a checkpoint, under plain names. */
function featureVariables({ title, stem, blocks }: Stack, variables: HostArrays): HostArrays {
  const wanted: HostArrays = Object.assign({}, ...[stem, ...blocks].flatMap((part) => [part.init(Random.seeded(0)), part.initStatistics()]))
  return Object.fromEntries(
    Object.entries(wanted).map(([name, { shape }]) => {
      const found = PLACES.map((place): HostArray | undefined => variables[place + name]).find((array) => array?.shape.join() === shape.join())
      if (found !== undefined) return [name, found]
      throw new LoupeError('shape-mismatch', `The checkpoint has no ${name} of [${shape.join(', ')}], which ${title} needs. Was its run trained with another data set?`, { variable: name })
    }),
  )
}

function firstRows({ shape: [, ...shape], type, values }: HostArray, count: number): HostArray {
  return { shape: [count, ...shape], type, values: values.subarray(0, shape.reduce((product, length) => product * length, count)) }
}
