import { describe, expect, it } from 'vitest'
import { chooseThreads } from './choose-threads.ts'

const mlp = { kind: 'mlp', cost: { macsPerExample: 203_264 }, cores: 4 } as const

describe('the cores of a run that trains alone', () => {
  it('are one for a step below thirty million multiply-accumulates, all for larger ones', () => {
    expect(chooseThreads({ ...mlp, batchSize: 147 })).toEqual({ threads: 1, parallelOps: 1 })
    expect(chooseThreads({ ...mlp, batchSize: 148 })).toEqual({ threads: 4, parallelOps: 1 })
  })

  it('take an op each where a deep network’s ops are small', () => {
    const resnet = { kind: 'resnet', cost: { macsPerExample: 41_000_000 }, cores: 4 } as const
    expect(chooseThreads({ ...resnet, batchSize: 16 })).toEqual({ threads: 1, parallelOps: 4 })
    expect(chooseThreads({ ...resnet, batchSize: 64 })).toEqual({ threads: 4, parallelOps: 1 })
  })
})
