import { LoupeError } from '../../contract/errors.ts'
import { modelKinds, type ModelConfig, type ModelKind } from '../../contract/model-config.ts'
import { cnnStack } from './cnn.ts'
import { mixerStack } from './mixer.ts'
import { mlpStack } from './mlp.ts'
import type { Model } from './model.ts'
import { residualMlpStack } from './residual-mlp.ts'
import { resnetStack } from './resnet.ts'
import { seriesTransformerStack } from './series-transformer.ts'
import { wholeModel, type Stack } from './stack.ts'
import { vitStack } from './vit.ts'

/**
 * Makes the model of a configuration for a data set's shape and classes.
 *
 * @param inputShape  Of one example: `[height, width, channels]` of an image, `[length, channels]` of a series, `[features]` of a table.
 *   `mlp` and `residual-mlp` take any, `series-transformer` a series, and a row of a table as a series of one channel.
 * @throws LoupeError `shape-mismatch` where the model does not fit the shape; the message says which models or settings do.
 *
 * @example createModel(modelConfig.parse({ kind: 'mlp' }), [28, 28, 1], 10).title  // 'MLP 784-256-10'
 */
export function createModel(config: ModelConfig, inputShape: readonly number[], classes: number): Model {
  return wholeModel(createStack(config, inputShape, classes))
}

/**
 * Makes the model of a configuration as a stack, which can be cut after each of its blocks: the blocks of a
 * transformer, mixer, ResNet or residual MLP, a CNN's convolutions, an MLP's hidden layers.
 *
 * @throws LoupeError `shape-mismatch` as {@link createModel} does.
 */
export function createStack(config: ModelConfig, inputShape: readonly number[], classes: number): Stack {
  requireShape(inputShape, classes)
  requireFit(config.kind, inputShape)
  switch (config.kind) {
    case 'mlp':
      return mlpStack(config, inputShape, classes)
    case 'cnn':
      return cnnStack(config, inputShape, classes)
    case 'resnet':
      return resnetStack(config, inputShape, classes)
    case 'vit':
      return vitStack(config, inputShape, classes)
    case 'mixer':
      return mixerStack(config, inputShape, classes)
    case 'residual-mlp':
      return residualMlpStack(config, inputShape, classes)
    case 'series-transformer':
      return seriesTransformerStack(config, inputShape, classes)
  }
}

function requireShape(inputShape: readonly number[], classes: number): void {
  const whole = [...inputShape, classes].every((side) => Number.isInteger(side) && side >= 1)
  if (whole && classes >= 2 && inputShape.length > 0) return
  throw new LoupeError(
    'shape-mismatch',
    `A model needs an example shape of whole numbers from 1 and at least 2 classes, and got [${inputShape.join(', ')}] and ${classes}. Check the data set.`,
    { inputShape, classes },
  )
}

/** Models of one layout of examples, by how many dimensions an example has; those not named take any. */
const ranks: Partial<Readonly<Record<ModelKind, readonly number[]>>> = { cnn: [3], resnet: [3], vit: [3], mixer: [3], 'series-transformer': [1, 2] }

function requireFit(kind: ModelKind, inputShape: readonly number[]): void {
  const fits = (candidate: ModelKind): boolean => ranks[candidate]?.includes(inputShape.length) ?? true
  if (fits(kind)) return
  const [taken, data] = kind === 'series-transformer' ? ['series, [length, channels] or [length]', 'series'] : ['images, [height, width, channels]', 'images']
  const fitting = modelKinds.filter(fits)
  throw new LoupeError(
    'shape-mismatch',
    `The ${kind} model takes ${taken}, and the data set's examples are [${inputShape.join(', ')}]. Choose the ${new Intl.ListFormat('en', { type: 'disjunction' }).format(fitting)} model, or a data set of ${data}.`,
    { kind, inputShape, fitting },
  )
}
