import { LoupeError } from '../../contract/errors.ts'
import type { ModelConfig } from '../../contract/model-config.ts'
import { cnnStack } from './cnn.ts'
import { mixerStack } from './mixer.ts'
import { mlpStack } from './mlp.ts'
import type { Model } from './model.ts'
import { resnetStack } from './resnet.ts'
import { wholeModel, type Stack } from './stack.ts'
import { vitStack } from './vit.ts'

/**
 * Makes the model of a configuration for a data set's shape and classes.
 *
 * @param inputShape  Of one example: `[height, width, channels]`, or `[features]` for a table, which only `mlp` takes.
 * @throws LoupeError `shape-mismatch` where the model does not fit the shape; the message says which models or settings do.
 *
 * @example createModel(modelConfig.parse({ kind: 'mlp' }), [28, 28, 1], 10).title  // 'MLP 784-256-10'
 */
export function createModel(config: ModelConfig, inputShape: readonly number[], classes: number): Model {
  return wholeModel(createStack(config, inputShape, classes))
}

/**
 * Makes the model of a configuration as a stack, which can be cut after each of its blocks: a transformer's, mixer's or ResNet's
 * blocks, a CNN's convolutions, an MLP's hidden layers.
 *
 * @throws LoupeError `shape-mismatch` as {@link createModel} does.
 */
export function createStack(config: ModelConfig, inputShape: readonly number[], classes: number): Stack {
  requireShape(inputShape, classes)
  if (config.kind === 'mlp') return mlpStack(config, inputShape, classes)
  requireImage(config.kind, inputShape)
  switch (config.kind) {
    case 'cnn':
      return cnnStack(config, inputShape, classes)
    case 'resnet':
      return resnetStack(config, inputShape, classes)
    case 'vit':
      return vitStack(config, inputShape, classes)
    case 'mixer':
      return mixerStack(config, inputShape, classes)
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

function requireImage(kind: ModelConfig['kind'], inputShape: readonly number[]): void {
  if (inputShape.length === 3) return
  throw new LoupeError(
    'shape-mismatch',
    `The ${kind} model takes images [height, width, channels], and the data set's examples are [${inputShape.join(', ')}]. Choose the mlp model, which takes any shape, or a data set of images.`,
    { kind, inputShape, fitting: ['mlp'] },
  )
}
