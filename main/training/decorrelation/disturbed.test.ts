import { describe, expect, test } from 'vitest'
import { openReference } from '../../tensorflow/reference.ts'
import { tf } from '../../tensorflow/tf.ts'
import { disturbed } from './disturbed.ts'

await openReference()

const image = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1])
const seed = (value: number) => tf.tensor1d([value, 7], 'int32')

describe('a disturbed copy', () => {
  test('of no noise and no shift is the example', () => {
    expect([...disturbed(image, { noise: 0, shift: 0 }, seed(1)).dataSync()]).toEqual([...image.dataSync()])
  })

  test('of an image is shifted by whole pixels, every shift within the limit at some seed, edges repeated', () => {
    const rows = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    const at = (row: number, column: number) => rows[3 * Math.min(2, Math.max(0, row)) + Math.min(2, Math.max(0, column))]!
    const expected = new Set([-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => at(row + dy, column + dx))).join())))
    const seen = new Set(Array.from({ length: 80 }, (_, i) => [...disturbed(image, { noise: 0, shift: 1 }, seed(i)).dataSync()].map((value) => Math.round(value)).join()))
    expect(seen).toEqual(expected)
  })

  test('has noise of the deviation asked for, the same for the same seed', () => {
    const zeros = tf.zeros([100, 30])
    const [copy, again, other] = [seed(3), seed(3), seed(4)].map((from) => [...disturbed(zeros, { noise: 0.5, shift: 2 }, from).dataSync()]) as [number[], number[], number[]] // three
    expect(copy).toEqual(again)
    expect(copy).not.toEqual(other)
    expect(Math.sqrt(copy.reduce((sum, value) => sum + value * value, 0) / copy.length)).toBeCloseTo(0.5, 1)
  })
})
