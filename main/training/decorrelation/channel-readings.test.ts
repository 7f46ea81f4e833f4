import { beforeAll, describe, expect, it } from 'vitest'
import { tf } from '../../tensorflow/tf.ts'
import { channelMoments } from './channel-moments.ts'
import { channelReadings } from './channel-readings.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** Of (1, 2, 3, 4), (1, 3, 2, 4) and (1, −1, −1, 1). */
const known = tf.tensor2d([[1, 1, 1], [2, 3, -1], [3, 2, -1], [4, 4, 1]])
const momentsOf = (rows: tf.Tensor2D) => channelMoments({ rows, examples: rows.shape[0] })
const scalars = (rows: tf.Tensor2D) => {
  const { meanAbsolute, meanSquared, deadChannels, effectiveRank } = channelReadings(momentsOf(rows), 1e-4)
  return [meanAbsolute, meanSquared, deadChannels, effectiveRank].map((scalar) => scalar.dataSync()[0])
}

describe('channelReadings', () => {
  it('reads mean correlations, the effective rank and the matrix of known channels', () => {
    expect(scalars(known)).toEqual([expect.closeTo(0.8 / 3, 6), expect.closeTo(0.64 / 3, 6), 0, expect.closeTo(2.347231, 4)])
    const { correlations, spectrum, deviations } = channelReadings(momentsOf(known), 1e-4)
    const expected = [1, 0.8, 0, 0.8, 1, 0, 0, 0, 1]
    correlations.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
    expect([...spectrum.dataSync()]).toEqual([expect.closeTo(1.8, 5), expect.closeTo(1, 5), expect.closeTo(0.2, 5)])
    expect([...deviations.dataSync()]).toEqual([expect.closeTo(Math.sqrt(5 / 3), 5), expect.closeTo(Math.sqrt(5 / 3), 5), expect.closeTo(Math.sqrt(4 / 3), 5)])
  })

  it('counts a dead channel, shows it as zeros, and reads the others as if it were not there', () => {
    const rows = tf.concat([known, tf.fill<tf.Rank.R2>([4, 1], 3)], 1)
    expect(scalars(rows)).toEqual([expect.closeTo(0.8 / 3, 6), expect.closeTo(0.64 / 3, 6), 1, expect.closeTo(2.347231, 4)])
    const matrix = channelReadings(momentsOf(rows), 1e-4).correlations.arraySync()
    expect([...matrix[3]!, ...matrix.map((row) => row[3])].every((value) => value === 0)).toBe(true)
  })

  it('is 0, with a count, where all channels are dead', () => {
    expect(scalars(tf.fill([5, 4], 0.1))).toEqual([0, 0, 4, 0])
  })

  it('is not finite where a value is not', () => {
    const [meanAbsolute, meanSquared, , effectiveRank] = scalars(tf.tensor2d([[1, 2], [3, Number.NaN], [4, 5]]))
    expect([meanAbsolute, meanSquared, effectiveRank]).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })

  it('leaves no tensor behind but the readings, and refuses too few examples', () => {
    const moments = momentsOf(known)
    const before = tf.memory().numTensors
    tf.dispose({ ...channelReadings(moments, 1e-4) })
    expect(tf.memory().numTensors).toBe(before)
    expect(() => channelReadings({ ...moments, examples: 2 }, 1e-4)).toThrow(/at least 3 of them, got 2/)
  })
})
