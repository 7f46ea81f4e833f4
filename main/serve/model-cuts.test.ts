import { describe, expect, it } from 'vitest'
import { datasetConfig } from '../contract/dataset-config.ts'
import { modelConfig } from '../contract/model-config.ts'
import { createModel } from '../training/models/index.ts'
import { modelCuts } from './model-cuts.ts'

describe('the cuts of a model', () => {
  it('cost what a model of so many blocks costs, the whole model last', async () => {
    const model = { kind: 'vit', patchSize: 7, width: 32, depth: 3 } as const
    const cuts = await modelCuts({ dataset: datasetConfig.parse({}), model: modelConfig.parse(model) })
    expect(cuts.map(({ depth, featureShape }) => [depth, featureShape])).toEqual([[1, [16, 32]], [2, [16, 32]], [3, [16, 32]]])
    const costs = [1, 2, 3].map((depth) => createModel(modelConfig.parse({ ...model, depth }), [28, 28, 1], 10).cost)
    expect(cuts.map(({ parameters, macs }) => [parameters, macs])).toEqual(costs.map(({ parameters, macsPerExample }) => [parameters, macsPerExample]))
    // One block of width d has 12 d² + 13 d parameters.
    expect((cuts[1]?.parameters ?? 0) - (cuts[0]?.parameters ?? 0)).toBe(12 * 32 ** 2 + 13 * 32)
    expect(cuts.every(({ parameters, memoryBytes }) => memoryBytes > 4 * parameters)).toBe(true)
  })

  it('are refused for a model that the data do not fit', async () => {
    await expect(modelCuts({ dataset: datasetConfig.parse({ name: 'breast-cancer' }), model: modelConfig.parse({ kind: 'vit' }) })).rejects.toMatchObject({ code: 'shape-mismatch' })
  })
})
