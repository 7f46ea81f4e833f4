import { describe, expect, it } from 'vitest'
import { modelConfig } from './model-config.ts'
import { depthOf, modelOfDepth } from './model-depth.ts'

const model = (config: object) => modelConfig.parse(config)

describe('the depth of a model', () => {
  it.each([
    [{ kind: 'mlp', hidden: [64, 32, 16] }, 3],
    [{ kind: 'mlp', hidden: [] }, 0],
    [{ kind: 'cnn', channels: [8, 16] }, 2],
    [{ kind: 'resnet', blocksPerStage: 3 }, 9],
    [{ kind: 'resnet', blocksPerStage: 3, blocks: 4 }, 4],
    [{ kind: 'vit', depth: 4 }, 4],
    [{ kind: 'mixer', depth: 5 }, 5],
  ])('of %j is %i blocks', (config, depth) => {
    expect(depthOf(model(config))).toBe(depth)
  })

  it('may be another one: the first blocks, or more of the same', () => {
    expect(modelOfDepth(model({ kind: 'mlp', hidden: [64, 32, 16] }), 2)).toEqual(model({ kind: 'mlp', hidden: [64, 32] }))
    expect(modelOfDepth(model({ kind: 'cnn', channels: [8, 16, 32] }), 1)).toEqual(model({ kind: 'cnn', channels: [8] }))
    expect(modelOfDepth(model({ kind: 'vit', depth: 4, width: 32 }), 1)).toEqual(model({ kind: 'vit', depth: 1, width: 32 }))
    expect(modelOfDepth(model({ kind: 'mixer' }), 7)).toMatchObject({ depth: 7 })
    const resnet = model({ kind: 'resnet', blocksPerStage: 2 })
    expect([modelOfDepth(resnet, 6), modelOfDepth(modelOfDepth(resnet, 3), 6)]).toEqual([resnet, resnet])
    expect(modelOfDepth(resnet, 3)).toEqual({ ...resnet, blocks: 3 })
  })

  it('is within the stages of a ResNet', () => {
    expect(modelConfig.safeParse({ kind: 'resnet', blocksPerStage: 2, blocks: 7 }).error?.issues[0]).toMatchObject({ path: ['blocks'], message: expect.stringContaining('use at most 6') })
  })

  it('is refused where no config says so, with what to do', () => {
    const refusal = (config: object, depth: number) => () => modelOfDepth(model(config), depth)
    expect(refusal({ kind: 'resnet', blocksPerStage: 3 }, 10)).toThrow('A ResNet of 10 blocks cannot be written: its 3 stages have 9 in all.')
    expect(refusal({ kind: 'mlp', hidden: [64] }, 2)).toThrow('An MLP of 2 blocks cannot be written: it has 1')
    expect(refusal({ kind: 'cnn', channels: [8, 16] }, 4)).toThrow('Choose at most 2, or write more of them.')
    expect(refusal({ kind: 'vit' }, 0)).toThrow('it has at least 1')
  })
})
