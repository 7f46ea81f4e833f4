import { LoupeError } from '../contract/errors.ts'
import { depthOf } from '../contract/model-depth.ts'
import type { ParsedQueryInput, QueryOutput } from '../contract/queries.ts'
import type { DataShape } from '../engine/model-facts.ts'
import { inferenceBytes } from '../methods/feature-distillation/costs.ts'
import { describeBundledDatasets, loadDataset } from '../training/datasets/index.ts'
import { cutCost } from '../training/models/cut-cost.ts'
import { createStack } from '../training/models/index.ts'

type Input = ParsedQueryInput<'model.cuts'>

/**
 * What the first blocks of a model cost on a data set, after each of its blocks.
 *
 * @throws LoupeError `shape-mismatch` where the model does not fit the data, and what reading one's own data throws.
 */
export async function modelCuts({ dataset, model }: Input): Promise<QueryOutput<'model.cuts'>['cuts']> {
  const { shape, classes } = await shapeOf(dataset)
  const stack = createStack(model, shape, classes)
  return Array.from({ length: depthOf(model) }, (_, index) => {
    const cost = cutCost(stack, index + 1)
    return { depth: index + 1, parameters: cost.parameters, macs: cost.macsPerExample, memoryBytes: inferenceBytes(cost), featureShape: [...cost.featureShape] }
  })
}

/** A bundled data set says its shape on its card; one's own has to be read. */
async function shapeOf(dataset: Input['dataset']): Promise<DataShape> {
  if (dataset.name === 'file') return loadDataset(dataset)
  const card = (await describeBundledDatasets()).find(({ name }) => name === dataset.name)
  if (card === undefined) throw new LoupeError('not-found', `There is no data set "${dataset.name}" among those that come with Loupe.`, { name: dataset.name })
  return card
}
