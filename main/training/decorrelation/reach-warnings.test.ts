import { describe, expect, test } from 'vitest'
import { decorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { DecorrelationConfigInput } from '../../contract/decorrelation-config.ts'
import { modelConfig } from '../../contract/model-config.ts'
import { createStack } from '../models/index.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { reachWarnings } from './reach-warnings.ts'
import { furtherStreams } from './streams.ts'
import { createTappedModel } from './tapped-model.ts'

function warningsOf(input: DecorrelationConfigInput, batchSize = 64) {
  const decorrelation = decorrelationConfig.parse(input)
  const tapped = createTappedModel(createStack(modelConfig.parse({ kind: 'mlp', hidden: [256] }), [6], 3), decorrelation)
  const streams = furtherStreams(decorrelation, makeTestDataset(), { labelled: [], unlabelled: decorrelation.unlabelledSets.map(() => null) })
  return reachWarnings({ config: { batchSize, decorrelation }, tapped, streams }).map(({ code, facts }) => ({ code, facts }))
}

describe('what is said before the first step', () => {
  test('a threshold below the rank bound cannot be reached, one below the noise floor hardly', () => {
    expect(warningsOf({ labelledThreshold: 0.01 })).toEqual([{ code: 'threshold.below-reach', facts: { term: 'labelled', threshold: 0.01, kind: 'unreachable', value: expect.closeTo(0.012014, 6), samples: 64, neededSamples: 101 - 27 } }])
    expect(warningsOf({ labelledThreshold: 0.014 })[0]?.facts).toMatchObject({ kind: 'unlikely', value: expect.closeTo(1 / 63, 6) })
    expect(warningsOf({ labelledThreshold: 0.02 })).toEqual([])
  })

  test('each stream that keeps its mean takes one sample', () => {
    const sets: DecorrelationConfigInput['unlabelledSets'] = [{ batchSize: 32 }, { batchSize: 33 }]
    expect(warningsOf({ unlabelledThreshold: 0.01, unlabelledSets: sets })[0]?.facts).toMatchObject({ samples: 64 })
    expect(warningsOf({ unlabelledThreshold: 0.01, unlabelledSets: sets, centring: 'pooled' })[0]?.facts).toMatchObject({ samples: 65 })
  })

  test('a pooling does nothing to a feature without positions', () => {
    expect(warningsOf({ pooling: 'maximum' })).toEqual([{ code: 'pooling.without-positions', facts: { tap: 1, pooling: 'maximum' } }])
  })

  test('nothing is said of sums and covariances, which depend on how many channels live', () => {
    expect(warningsOf({ labelledThreshold: 0.001, reduction: 'sum' })).toEqual([])
    expect(warningsOf({ labelledThreshold: 0.001, measure: 'covariance' })).toEqual([])
  })
})
