import { describe, expect, test } from 'vitest'
import { openReference } from '../../tensorflow/reference.ts'
import { tf } from '../../tensorflow/tf.ts'
import { channelMoments } from './channel-moments.ts'
import { decorrelationLoss } from './decorrelation-loss.ts'
import { channelsUnder, samplesUnder, tapProducts, tapSamples } from './tap-samples.ts'

await openReference()

const seed = tf.tensor1d([1, 2], 'int32')
const feature = tf.tensor4d(Array.from({ length: 48 }, (_, i) => Math.sin(3 * i) + i / 20), [4, 2, 3, 2])
const meanSquared = { of: 'correlation', penalty: 'squared', reduction: 'mean', deadLimit: 0 } as const

describe('samples of a feature', () => {
  test('with places as channels are one row an example', () => {
    const { rows, examples } = tapSamples(feature, { pooling: 'flatten', positions: 1 }, seed)
    expect([rows.shape, examples]).toEqual([[4, 12], 4])
    expect([...rows.dataSync()]).toEqual([...feature.dataSync()])
    expect(channelsUnder({ pooling: 'flatten' }, [2, 3, 2])).toBe(12)
  })

  test('of drawn places hold whole places of each example, as many as are asked for', () => {
    const { rows, examples } = tapSamples(feature, { pooling: 'subset', positions: 5 }, seed)
    expect([rows.shape, examples]).toEqual([[20, 2], 4])
    const values = feature.dataSync()
    const places = Array.from({ length: 24 }, (_, i) => [values[2 * i], values[2 * i + 1]].join())
    const drawn = rows.arraySync().map((row) => places.indexOf(row.map((value) => Math.fround(value)).join()))
    for (const [row, place] of drawn.entries()) expect(Math.floor(place / 6)).toBe(Math.floor(row / 5)) // of the same example
    expect(drawn.slice(0, 5).map((place) => place % 6)).toEqual(drawn.slice(5, 10).map((place) => place % 6)) // the same places of all
  })

  test('are counted as they come', () => {
    expect([
      samplesUnder({ pooling: 'average', positions: 5 }, [2, 3, 2], 4),
      samplesUnder({ pooling: 'positions', positions: 5 }, [2, 3, 2], 4),
      samplesUnder({ pooling: 'subset', positions: 5 }, [2, 3, 2], 4),
      samplesUnder({ pooling: 'subset', positions: 5 }, [2], 4),
    ]).toEqual([4, 24, 20, 4])
  })
})

describe('products of several streams', () => {
  const stream = (shift: number) => tf.tensor2d([[0 + shift, 1 + shift], [1 + shift, 0 + shift], [2 + shift, 2 + shift]])
  const correlation = (centring: 'stream' | 'pooled') => Math.sqrt(decorrelationLoss(tapProducts([stream(0), stream(10)], { pooling: 'average', positions: 1, centring }, seed), meanSquared).dataSync()[0]!)

  test('keep a mean for each, or one for all', () => {
    expect(correlation('stream')).toBeCloseTo(0.5, 6)
    expect(correlation('pooled')).toBeCloseTo(0.987013, 6)
  })

  test('of one stream are its moments', () => {
    const alone = tapProducts([stream(0)], { pooling: 'average', positions: 1, centring: 'stream' }, seed)
    expect([...alone.products.dataSync()]).toEqual([...channelMoments({ rows: stream(0), examples: 3 }).products.dataSync()])
  })
})
