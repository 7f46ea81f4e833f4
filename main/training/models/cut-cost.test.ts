import { describe, expect, it } from 'vitest'
import { modelConfig } from '../../contract/model-config.ts'
import { cutCost } from './cut-cost.ts'
import { createModel, createStack } from './index.ts'

const stackOf = (config: object, shape: readonly number[]) => createStack(modelConfig.parse(config), shape, 10)

describe('what a cut model costs', () => {
  it('is what the model of that depth costs, and does not depend on what was cut off', () => {
    for (const depth of [1, 2, 4]) {
      const cost = cutCost(stackOf({ kind: 'vit', patchSize: 7, width: 32, depth: 4 }, [28, 28, 1]), depth)
      expect(cost).toMatchObject(createModel(modelConfig.parse({ kind: 'vit', patchSize: 7, width: 32, depth }), [28, 28, 1], 10).cost)
      expect(cost.featureShape).toEqual([16, 32])
    }
    expect(cutCost(stackOf({ kind: 'vit', width: 32, depth: 6 }, [28, 28, 1]), 2)).toEqual(cutCost(stackOf({ kind: 'vit', width: 32, depth: 3 }, [28, 28, 1]), 2))
  })

  it('has the head apart, and the most that is alive at once', () => {
    // 4 → 8 → 6 → 10: a hidden layer keeps its output, and reads its input.
    const cost = cutCost(stackOf({ kind: 'mlp', hidden: [8, 6] }, [4]), 2)
    expect(cost.parameters).toBe(4 * 8 + 8 + 8 * 6 + 6 + 6 * 10 + 10)
    expect(cost.head).toMatchObject({ parameters: 70, macsPerExample: 60 })
    expect(cost.liveBytesPerExample).toBeGreaterThanOrEqual(4 * (8 + 6))
    expect(cost.liveBytesPerExample).toBeLessThan(cost.activationBytesPerExample)
  })

  it('is told of a ResNet cut within a stage, and refused where there is no cut', () => {
    const stack = stackOf({ kind: 'resnet', blocksPerStage: 2, width: 8 }, [28, 28, 1])
    expect([2, 3].map((depth) => cutCost(stack, depth).featureShape)).toEqual([[28, 28, 8], [14, 14, 16]])
    expect(() => cutCost(stack, 7)).toThrow('cannot be cut after 7 blocks')
    expect(() => cutCost(stack, 0)).toThrow('cannot be cut after 0 blocks')
  })
})
