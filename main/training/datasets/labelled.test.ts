import { describe, expect, it } from 'vitest'
import { collectBadRows } from './bad-rows.ts'
import { labelled } from './labelled.ts'

const inputs = { file: 'x.npy', array: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) } }
const labels = { file: 'y.npy', array: { shape: [2], values: Uint8Array.of(0, 1) } }

describe('labelled', () => {
  it('makes labels int32 and leaves float32 inputs as they are', () => {
    const pair = labelled(inputs, labels)
    expect(pair.inputs).toEqual({ shape: [2, 2], type: 'float32', values: Float32Array.of(1, 2, 3, 4) })
    expect(pair.labels).toEqual(Int32Array.of(0, 1))
  })

  it('gives grey images their channel and keeps bytes', () => {
    const images = { file: 'x.npy', array: { shape: [2, 1, 2], values: Uint8Array.of(1, 2, 3, 4) } }
    expect(labelled(images, labels).inputs).toEqual({ shape: [2, 1, 2, 1], type: 'uint8', values: Uint8Array.of(1, 2, 3, 4) })
  })

  it('turns channels in front to channels last', () => {
    // One example of 3 channels, 1 × 2 pixels: the channels are 1 2, 3 4 and 5 6.
    const image = { file: 'x.npy', array: { shape: [1, 3, 1, 2], values: Uint8Array.of(1, 2, 3, 4, 5, 6) } }
    const one = { file: 'y.npy', array: { shape: [1], values: Uint8Array.of(0) } }
    expect(labelled(image, one).inputs).toEqual({ shape: [1, 1, 2, 3], type: 'uint8', values: Uint8Array.of(1, 3, 5, 2, 4, 6) })
  })

  it('takes labels of shape [n, 1] and float64 inputs', () => {
    const doubles = { file: 'x.npy', array: { shape: [2, 2], values: Float64Array.of(1, 2, 3, 4) } }
    const column = { file: 'y.npy', array: { shape: [2, 1], values: Float64Array.of(1, 0) } }
    expect(labelled(doubles, column).labels).toEqual(Int32Array.of(1, 0))
  })

  it.each([
    ['another number of labels', inputs, [3], Uint8Array.of(0, 1, 0), 'y.npy, shape: expected 2 labels, one for each input of x.npy, found 3.'],
    ['one-hot labels', inputs, [2, 2], Uint8Array.of(0, 1, 1, 0), 'y.npy, shape: expected one label an example, [n], found [2, 2].'],
    ['a negative label', inputs, [2], Int32Array.of(0, -1), 'y.npy, example 1: expected a class, a whole number from 0 to 65535, found -1.'],
    ['a fraction', inputs, [2], Float32Array.of(0.5, 1), 'y.npy, example 0: expected a class, a whole number from 0 to 65535, found 0.5.'],
    ['a label without end', inputs, [2], Float64Array.of(0, 2 ** 53), 'y.npy, example 1: expected a class, a whole number from 0 to 65535, found 9007199254740992.'],
  ])('refuses %s', (_, x, shape, values, start) => {
    const y = { file: 'y.npy', array: { shape, values } }
    expect(() => labelled(x, y)).toThrow(expect.objectContaining({ code: 'data-malformed', message: expect.stringContaining(start) }))
  })

  it('refuses NaN, flat inputs and no examples', () => {
    const withNaN = { file: 'x.npy', array: { shape: [2, 2], values: Float32Array.of(1, 2, NaN, 4) } }
    expect(() => labelled(withNaN, labels)).toThrow('x.npy, example 1, value 2: expected a finite float32, found NaN.')
    const beyond = { file: 'x.npy', array: { shape: [2, 2], values: Float64Array.of(1, 2, 3, 1e300) } }
    expect(() => labelled(beyond, labels)).toThrow('x.npy, example 1, value 3: expected a finite float32, found 1e+300.')
    const flat = { file: 'x.npy', array: { shape: [2], values: Float32Array.of(1, 2) } }
    expect(() => labelled(flat, labels)).toThrow('expected inputs of at least 2 dimensions, examples first, found [2].')
    const none = { file: 'x.npy', array: { shape: [0, 2], values: new Float32Array(0) } }
    expect(() => labelled(none, { file: 'y.npy', array: { shape: [0], values: new Uint8Array(0) } })).toThrow('expected at least one example, found [0, 2].')
  })
})

describe('labelled, collecting bad rows', () => {
  it('leaves out examples that are not finite and labels that are no class, each told once', () => {
    const badRows = collectBadRows()
    const x = { file: 'x.npy', array: { shape: [4, 2], values: Float32Array.of(1, 2, NaN, Infinity, 5, 6, 7, 8) } }
    const y = { file: 'y.npy', array: { shape: [4], values: Float32Array.of(0, -3, 1, 1.5) } }
    const { inputs, labels } = labelled(x, y, badRows)
    expect([inputs.shape, [...inputs.values], [...labels]]).toEqual([[2, 2], [1, 2, 5, 6], [0, 1]])
    expect(badRows.report()).toMatchObject({ rows: 2, listed: [{ file: 'x.npy', row: 'example 1, value 2', found: 'NaN' }, { file: 'y.npy', row: 'example 3', found: '1.5' }] })
  })
})
