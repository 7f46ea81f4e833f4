import { describe, expect, it } from 'vitest'
import { pairNames } from './pair-names.ts'

describe('pairNames', () => {
  it.each([
    [['x', 'y'], { train: { inputs: 'x', labels: 'y' }, test: null }],
    [['images', 'labels', 'note'], { train: { inputs: 'images', labels: 'labels' }, test: null }],
    [['x_test', 'x_train', 'y_train', 'y_test'], { train: { inputs: 'x_train', labels: 'y_train' }, test: { inputs: 'x_test', labels: 'y_test' } }],
    [
      ['train_images', 'val_images', 'test_images', 'train_labels', 'val_labels', 'test_labels'],
      { train: { inputs: 'train_images', labels: 'train_labels' }, test: { inputs: 'test_images', labels: 'test_labels' } },
    ],
    [
      ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte', 'train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
      {
        train: { inputs: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
        test: { inputs: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
      },
    ],
  ])('finds inputs and labels among %j', (names, expected) => {
    expect(pairNames(names, 'set.npz')).toEqual(expected)
  })

  it.each([
    ['nothing', [], /set\.npz, names: expected one array of inputs .* found no IDX or NPY array\./],
    ['no labels', ['x', 'z'], /found x, z\./],
    ['two arrays that could be the inputs', ['x', 'images', 'y'], /found x, images, y\./],
  ])('refuses %s', (_, names, message) => {
    expect(() => pairNames(names, 'set.npz')).toThrow(expect.objectContaining({ code: 'data-malformed', message: expect.stringMatching(message) }))
  })
})
