import { describe, expect, it } from 'vitest'
import { noiseFloors } from './noise-floors.ts'
import { madeConfig } from './test/made-runs.ts'

describe('what chance makes of independent channels', () => {
  const told = (labels: object, decorrelation: object = {}, validation = 400) => noiseFloors(madeConfig(labels, { decorrelation }), validation)
  const streams = (...given: Parameters<typeof told>) => told(...given).map(({ stream, index, samples }) => `${stream} ${index} ${samples}`)

  it('is told with its numbers: 1/(N − 1), and the mean |ρ|', () => {
    expect(told({ ways: ['supervised', '3c'], batchSize: 64 }, {}, 0)).toEqual([{ stream: 'labelled', index: 0, samples: 64, meanSquared: 1 / 63, meanAbsolute: expect.closeTo(0.100924, 6) }])
  })

  it('is told of the batches that some way decorrelates, and of the probe', () => {
    expect(streams({})).toEqual(['labelled 0 40', 'unlabelled 0 128', 'probe 0 400'])
    expect(streams({ ways: ['supervised', '3a'] }, { unlabelledSets: [{}, { batchSize: 32 }], probeExamples: 64 })).toEqual(['unlabelled 0 128', 'unlabelled 1 32', 'probe 0 64'])
    expect(streams({ ways: ['supervised', '3c'] }, {}, 0)).toEqual(['labelled 0 40'])
    expect(streams({}, { pooling: 'positions' })).toEqual([])
    expect(streams({}, { centring: 'pooled' })).toEqual(['probe 0 400'])
  })
})
