import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { bundledDatasets, datasetConfig } from '../../contract/dataset-config.ts'
import { queries } from '../../contract/queries.ts'
import type { Examples } from './dataset.ts'
import { describeBundledDatasets, loadDataset } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'loupe-datasets-'))
afterAll(() => rmSync(folder, { recursive: true }))

function counts({ labels }: Examples): number[] {
  const result: number[] = []
  for (const label of labels.values) result[label] = (result[label] ?? 0) + 1
  return result
}

function pixelSum(...parts: Examples[]): number {
  let sum = 0
  for (const { inputs } of parts) for (const value of inputs.values) sum += value
  return sum
}

/** The example of `examples` whose inputs are `values`: its label, or undefined. */
function labelOf({ inputs, labels, count }: Examples, values: ArrayLike<number>): number | undefined {
  const width = values.length
  for (let row = 0; row < count; row++) {
    if (inputs.values.subarray(row * width, (row + 1) * width).every((value, index) => value === values[index])) return labels.values[row]
  }
  return undefined
}

describe('bundled data sets', () => {
  it('reads Fashion-MNIST', async () => {
    const dataset = await loadDataset(datasetConfig.parse({}))
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([54000, 6000, 10000])
    expect([dataset.shape, dataset.classes, dataset.classNames[9]]).toEqual([[28, 28, 1], 10, 'Ankle boot'])
    expect(dataset.train.inputs).toMatchObject({ shape: [54000, 28, 28, 1], type: 'uint8' })
    // The sum of all pixels of the 60,000: so train and validation together are the file, whatever the order.
    expect(pixelSum(dataset.train, dataset.validation)).toBe(3431114169)
    expect(counts(dataset.train).map((count, label) => count + (counts(dataset.validation)[label] ?? 0))).toEqual(Array.from({ length: 10 }, () => 6000))
    expect(pixelSum(dataset.test)).toBe(573469082)
    expect([...dataset.test.labels.values.slice(0, 10)]).toEqual([9, 2, 1, 1, 6, 1, 4, 6, 5, 7])
    expect(dataset.normalization.offset[0]).toBeCloseTo(72.94, 0)
    expect(1 / dataset.normalization.scale[0]!).toBeCloseTo(90.02, 0)
  })

  it('reads ten thousand MNIST digits and tests on a fifth of each', async () => {
    const dataset = await loadDataset(datasetConfig.parse({ name: 'mnist-10k' }))
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([7200, 800, 2000])
    expect(counts(dataset.test)).toEqual([200, 225, 198, 206, 196, 173, 203, 214, 189, 196])
    expect(pixelSum(dataset.train, dataset.validation, dataset.test)).toBe(262146600)
  })

  it('reads the optical digits as images of 8 × 8', async () => {
    const dataset = await loadDataset(datasetConfig.parse({ name: 'digits' }))
    expect([dataset.train.count, dataset.validation.count, dataset.test.count, dataset.shape]).toEqual([1295, 143, 359, [8, 8, 1]])
    expect(pixelSum(dataset.train, dataset.validation, dataset.test)).toBe(561718)
    const firstZero = [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0, 0, 8, 8, 0, 0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0, 0, 6, 13, 10, 0, 0, 0]
    expect([dataset.train, dataset.validation, dataset.test].map((part) => labelOf(part, firstZero)).filter((label) => label !== undefined)).toEqual([0])
  })

  it('reads the breast-cancer table with one scale a feature', async () => {
    const dataset = await loadDataset(datasetConfig.parse({ name: 'breast-cancer' }))
    expect([dataset.train.count, dataset.validation.count, dataset.test.count, dataset.shape]).toEqual([411, 45, 113, [30]])
    expect(dataset.classNames).toEqual(['malignant', 'benign'])
    expect(counts(dataset.test)).toEqual([42, 71])
    expect(dataset.normalization.offset.length).toBe(30)
    const { values } = dataset.train.inputs
    const { offset, scale } = dataset.normalization
    const normalized = Array.from({ length: 411 }, (_, row) => (values[row * 30 + 3]! - offset[3]!) * scale[3]!)
    expect(normalized.reduce((a, b) => a + b) / 411).toBeCloseTo(0, 4)
    expect(normalized.reduce((a, b) => a + b * b, 0) / 411).toBeCloseTo(1, 4)
  })

  it('measures the normalization on the training examples alone', async () => {
    const few = await loadDataset(datasetConfig.parse({ name: 'breast-cancer', trainExamples: 2 }))
    const [first, second] = [few.train.inputs.values[0]!, few.train.inputs.values[30]!]
    expect(few.normalization.offset[0]).toBeCloseTo((first + second) / 2, 4)
  })

  it('holds out the same examples for the same split seed', async () => {
    const load = (splitSeed: number, trainExamples: number | null) => loadDataset(datasetConfig.parse({ name: 'digits', splitSeed, trainExamples }))
    const [all, few, other] = [await load(3, null), await load(3, 100), await load(4, null)]
    expect(few.validation).toEqual(all.validation)
    expect(few.train.labels.values).toEqual(all.train.labels.values.slice(0, 100))
    expect(other.validation.labels.values).not.toEqual(all.validation.labels.values)
    expect([few.test, other.test]).toEqual([all.test, all.test])
  })

  it('describes every one without reading its data, and truly', async () => {
    const datasets = await describeBundledDatasets()
    expect(queries['dataset.list'].output.parse({ datasets }).datasets.map(({ name }) => name)).toEqual([...bundledDatasets])
    for (const described of datasets) {
      const { train, validation, test, shape, classes } = await loadDataset(datasetConfig.parse({ name: described.name }))
      expect(described).toMatchObject({ trainExamples: train.count + validation.count, testExamples: test.count, shape, classes })
    }
  })
})

describe('own data', () => {
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const load = (path: string, more: object = {}) => loadDataset(datasetConfig.parse({ name: 'file', path, validationExamples: 1, ...more }))
  const table = Array.from({ length: 20 }, (_, row) => `${row},${row % 3},${row % 2 === 0 ? 'even' : 'odd'}`).join('\n')

  it('reads a CSV, plain or gzipped, and tests on a fifth of each class', async () => {
    const plain = await load(file('plain.csv', `a,b,kind\n${table}\n`))
    expect([plain.train.count, plain.validation.count, plain.test.count]).toEqual([15, 1, 4])
    expect([plain.title, plain.shape, plain.classNames]).toEqual(['plain.csv', [2], ['even', 'odd']])
    expect(counts(plain.test)).toEqual([2, 2])
    const packed = await load(file('packed.csv.gz', gzipSync(table)), { labelColumn: null })
    expect(packed.train).toEqual(plain.train)
    expect(packed.hash).not.toBe(plain.hash)
  })

  it('reads an NPZ with test examples', async () => {
    const dataset = await load(file('set.npz', readFileSync(new URL('fixtures/numpy-savez-compressed.npz', import.meta.url))))
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([3, 1, 1])
    expect([dataset.shape, dataset.classes, dataset.test.labels.values[0]]).toEqual([[2, 2, 1], 3, 2])
  })

  it('reads a folder of IDX files', async () => {
    const set = mkdtempSync(join(folder, 'idx-'))
    writeFileSync(join(set, 'train-images-idx3-ubyte.gz'), gzipSync(Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4])))
    writeFileSync(join(set, 'train-labels-idx1-ubyte'), Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 1, 0]))
    writeFileSync(join(set, 't10k-images-idx3-ubyte'), Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9]))
    writeFileSync(join(set, 't10k-labels-idx1-ubyte'), Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 1, 1]))
    const dataset = await load(set)
    expect([dataset.train.count, dataset.validation.count, dataset.test.count, dataset.shape]).toEqual([1, 1, 1, [1, 2, 1]])
    expect(labelOf(dataset.train, [1, 2]) ?? labelOf(dataset.validation, [1, 2])).toBe(1)
    expect([...dataset.test.inputs.values]).toEqual([9, 9])
  })

  it('refuses a truncated gzip and says so', async () => {
    const path = file('cut.csv.gz', gzipSync(table).subarray(0, 40))
    await expect(load(path)).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining('byte 40: expected a whole gzip stream') })
  })

  it('refuses test examples of another shape', async () => {
    const set = mkdtempSync(join(folder, 'shape-'))
    writeFileSync(join(set, 'train-images-idx2-ubyte'), Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 1, 2]))
    writeFileSync(join(set, 'train-labels-idx1-ubyte'), Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 1, 0]))
    writeFileSync(join(set, 't10k-images-idx2-ubyte'), Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9]))
    writeFileSync(join(set, 't10k-labels-idx1-ubyte'), Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 1, 1]))
    await expect(load(set)).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining('test examples: expected examples of 1, as those to train on, found 2.') })
  })

  it('refuses no such file, an empty folder and another kind of file', async () => {
    await expect(load(join(folder, 'nowhere.csv'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(load(mkdtempSync(join(folder, 'empty-')))).rejects.toMatchObject({ code: 'data-malformed', message: expect.stringContaining('found no IDX or NPY array') })
    await expect(load(file('set.xlsx', 'PK'))).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('.csv, .tsv, .parquet or .npz') })
  })
})
