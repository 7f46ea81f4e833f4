import { LoupeError } from '../../contract/errors.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { createStack } from '../models/index.ts'
import { featureLossOf } from './chain-loss.ts'
import { createChain } from './chain.ts'
import type { Chain } from './chain.ts'
import { checkFeatureLoss } from './feature-losses.ts'

/**
 * Refuses a run that cannot distil as its config says.
 *
 * @throws LoupeError `invalid-input` or `shape-mismatch`.
 */
export function checkDistillation(config: Pick<RunConfig, 'distillation' | 'model' | 'optimizer' | 'exchange' | 'batchPolicy' | 'batchSize'>, { shape, classes }: Pick<Dataset, 'shape' | 'classes'>): void {
  const { distillation, optimizer, exchange, batchPolicy } = config
  if (distillation === null) return
  if (exchange !== null) refuse('Workers that exchange gradients do not distil yet. Set exchange to null, or distillation to null.', { exchange: true })
  if (batchPolicy !== null) refuse('A batch policy watches one loss, and a chain has several. Set batchPolicy to null, or distillation to null.', { batchPolicy: batchPolicy.kind })
  if (optimizer.kind === 'armijo') refuse('An Armijo line search judges one loss, and a chain has several. Choose another optimizer.', { optimizer: optimizer.kind })
  const { rearWeight, rearInit, teacher, stopGradient, frontInit, featureWeight, logitWeight, frontWeight } = distillation
  if (frontInit.kind === 'copy-front') refuse('The first extractor cannot be a copy of itself. Set frontInit to "random" or to a run.', { frontInit: frontInit.kind })
  if (teacher === 'frozen' && rearInit.kind !== 'run') refuse(`A frozen second extractor that starts as "${rearInit.kind}" has never learnt anything. Give the run whose parameters it starts with, or choose another teacher.`, { rearInit: rearInit.kind, teacher })
  if (teacher !== 'frozen' && rearWeight === 0 && rearInit.kind === 'random' && (stopGradient || featureWeight === 0)) {
    refuse('The second extractor never learns: the weight of its task loss is 0, and it starts at random. Raise rearWeight, or give the run whose parameters it starts with.', { rearWeight, rearInit: rearInit.kind })
  }
  if (frontWeight === 0 && featureWeight === 0 && logitWeight === 0 && distillation.mode !== 'joint') refuse('The first extractor never learns: the weights of its task loss, of the features and of the soft targets are all 0. Raise one of them.', { frontWeight, featureWeight, logitWeight })
  const chain = createChain(createStack(config.model, shape, classes), distillation)
  if (featureWeight > 0) for (const compared of comparedShapes(chain)) checkFeatureLoss(featureLossOf(distillation), [config.batchSize, ...compared])
}

/** Of the features of each pair as they are compared. */
function comparedShapes({ pairs, stack }: Chain): readonly (readonly number[])[] {
  return pairs.map(({ rear, adaptor }) => adaptor?.shape ?? stack.blocks[rear - 1]!.outputShape) // pairs lie within the stack
}

function refuse(message: string, facts: Readonly<Record<string, unknown>>): never {
  throw new LoupeError('invalid-input', message, facts)
}
