import type { RunConfig } from '../../contract/run-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { HostArray, HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { studentParameters } from '../distillation/initial-weights.ts'
import { createStack } from '../models/index.ts'
import type { Model } from '../models/model.ts'
import { cutModel, wholeModel } from '../models/stack.ts'
import { Random } from '../random.ts'

/** A trained model by itself, ready to be traced: the whole of a run's, or a student of a run that distils. */
export interface ExportedModel {
  readonly model: Model
  /** Blocks. */
  readonly depth: number
  readonly isWhole: boolean
  /** Parameters, running statistics, and the normalisation of the inputs, by plain names. */
  readonly constants: HostArrays
  /**
   * From raw inputs, as the data set's files have them, to `logits` and `probabilities`, float32 `[batch, classes]`. Evaluation mode: no
   * dropout, running statistics.
   *
   * @param x  float32 `[batch, ...model.inputShape]`; images of bytes as 0 to 255.
   */
  trace(x: tf.Tensor, constants: Tensors): { readonly logits: tf.Tensor; readonly probabilities: tf.Tensor }
}

export interface ExportedModelOptions {
  readonly config: Pick<RunConfig, 'model' | 'distillation'>
  readonly dataset: Pick<Dataset, 'shape' | 'classes' | 'normalization'>
  /** Of a checkpoint, by names such as `parameters/block1/norm1/scale`. */
  readonly variables: HostArrays
  /** Null for the first student, or the whole model of a run that does not distil. */
  readonly depth: number | null
}

/** Names under which the normalisation is found among the constants. */
const OFFSET = 'normalization/offset'
const SCALE = 'normalization/scale'

/**
 * Takes a model out of a checkpoint.
 *
 * @throws LoupeError `invalid-input` for a depth at which the run trained no head, `shape-mismatch` where the checkpoint is of another model.
 */
export function exportedModel({ config, dataset, variables, depth: wanted }: ExportedModelOptions): ExportedModel {
  const { shape, classes, normalization } = dataset
  const stack = createStack(config.model, shape, classes)
  const blocks = stack.blocks.length
  const students = config.distillation?.students ?? []
  const depth = wanted ?? students[0] ?? blocks
  requireTrained({ depth, blocks, students, title: stack.title })
  const isWhole = depth === blocks
  const model = isWhole ? wholeModel(stack) : cutModel(stack, depth)
  const groupOf = (place: string, wantedArrays: HostArrays) => taken({ place, depth, wanted: wantedArrays, variables })
  return {
    model,
    depth,
    isWhole,
    constants: {
      ...groupOf('parameters/', model.init(Random.seeded(0))),
      ...groupOf('statistics/', model.initStatistics()),
      [OFFSET]: normalizer(normalization.offset, shape),
      [SCALE]: normalizer(normalization.scale, shape),
    },
    trace(x, constants) {
      const normalized = tf.mul(tf.sub(x, constants[OFFSET]!), constants[SCALE]!) // both are given just above
      const { logits } = model.forward(constants, constants, normalized, { training: false, seed: tf.tensor1d([0, 0], 'int32') })
      return { logits, probabilities: tf.softmax(logits) }
    },
  }
}

/** The depths at which a run trains a head: its students', in the order of its config, and the whole. */
export function trainedDepths(config: Pick<RunConfig, 'model' | 'distillation'>, { shape, classes }: Pick<Dataset, 'shape' | 'classes'>): readonly number[] {
  return [...(config.distillation?.students ?? []), createStack(config.model, shape, classes).blocks.length]
}

function requireTrained({ depth, blocks, students, title }: { readonly depth: number; readonly blocks: number; readonly students: readonly number[]; readonly title: string }): void {
  const trained = [...students, blocks]
  if (trained.includes(depth)) return
  const why = students.length === 0 ? `The run does not distil, so that only the whole of ${title} has a head that was trained` : `The run trained heads at the depths ${trained.join(', ')} of ${title}`
  throw new LoupeError('invalid-input', `There is no trained model of ${depth} ${depth === 1 ? 'block' : 'blocks'}. ${why}. Choose ${new Intl.ListFormat('en', { type: 'disjunction' }).format(trained.map(String))}.`, { depth, trained })
}

function taken({ place, depth, wanted, variables }: { readonly place: string; readonly depth: number; readonly wanted: HostArrays; readonly variables: HostArrays }): HostArrays {
  const saved = Object.fromEntries(Object.entries(variables).flatMap(([name, array]) => (name.startsWith(place) ? [[name.slice(place.length), array]] : [])))
  const found: Readonly<Record<string, HostArray | undefined>> = studentParameters(depth, Object.keys(wanted), saved)
  return Object.fromEntries(
    Object.entries(wanted).map(([name, { shape }]) => {
      const array = found[name]
      if (array !== undefined && array.shape.join() === shape.join()) return [name, array]
      const is = array === undefined ? 'nothing' : `[${array.shape.join(', ')}]`
      throw new LoupeError('shape-mismatch', `The checkpoint holds ${is} for ${place}${name}, and the model needs [${shape.join(', ')}]. Export the run with the data set that it was trained on.`, { variable: `${place}${name}` })
    }),
  )
}

/** One number, one a feature, or one a channel: in a shape that broadcasts against `[batch, ...shape]`. */
function normalizer(values: Float32Array, shape: readonly number[]): HostArray {
  const features = shape.reduce((product, length) => product * length, 1)
  const own = values.length === 1 ? [] : values.length === features ? [...shape] : [values.length]
  return { shape: own, type: 'float32', values }
}
