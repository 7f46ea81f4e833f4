import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { datasetConfig } from '../../contract/dataset-config.ts'
import { decorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { DecorrelationConfigInput } from '../../contract/decorrelation-config.ts'
import type { Examples } from '../datasets/dataset.ts'
import { loadDataset } from '../datasets/index.ts'
import { writeNpz } from '../datasets/write-npz.ts'
import { loadFurtherSets } from './further-sets.ts'

const folder = mkdtempSync(join(tmpdir(), 'loupe-further-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

interface Images {
  readonly shape?: readonly number[]
  /** Each image is filled with one of them. */
  readonly train: readonly number[]
  readonly test: readonly number[]
  /** What pixels are divided by; null for bytes. */
  readonly divisor?: number | null
}

/** An archive of images of one value each; labels 0, 1, 0, 1, … */
const images = (name: string, { shape = [2, 2], train, test, divisor = null }: Images): string => {
  const width = shape.reduce((a, b) => a * b)
  const part = (fills: readonly number[]) => {
    const values = fills.flatMap((fill) => Array.from({ length: width }, () => fill / (divisor ?? 1)))
    return { shape: [fills.length, ...shape], values: divisor === null ? Uint8Array.from(values) : Float32Array.from(values) }
  }
  const labels = (fills: readonly number[]) => ({ shape: [fills.length], values: Uint8Array.from(fills, (_, i) => i % 2) })
  return file(name, writeNpz({ x_train: part(train), y_train: labels(train), x_test: part(test), y_test: labels(test) }))
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)
const rising = (values: Iterable<number>) => [...values].sort((a, b) => a - b)
/** The first value of each example. */
const firsts = ({ inputs, count }: Examples) => range(0, count).map((row) => inputs.values[(row * inputs.values.length) / count]!)

const own = { name: 'file' as const, path: images('own.npz', { train: range(0, 20), test: range(100, 4) }), validationExamples: 5, splitSeed: 3 }
const load = async (config: DecorrelationConfigInput, run: Parameters<typeof datasetConfig.parse>[0] = own) => {
  const dataset = datasetConfig.parse(run)
  return await loadFurtherSets({ config: decorrelationConfig.parse(config), run: { dataset }, dataset: await loadDataset(dataset) })
}
const labelled = async (set: object, run?: object) => (await load({ unlabelledWeight: 0, labelledSets: [{ name: 'file', batchSize: 3, ...set }] }, run)).labelled[0]!
const unlabelled = async (set: object, run?: object) => (await load({ unlabelledSets: [{ name: 'file', batchSize: 3, ...set }] }, run)).unlabelled[0]!

describe('loadFurtherSets', () => {
  it('makes no copy of the training examples, and reads nothing that no term looks at', async () => {
    expect(await load({ unlabelledSets: [{ batchSize: 3 }] })).toEqual({ labelled: [], unlabelled: [null] })
    const nowhere = { name: 'file' as const, path: join(folder, 'nowhere.npz') }
    expect(await load({ unlabelledWeight: 0, unlabelledSets: [nowhere] })).toEqual({ labelled: [], unlabelled: [] })
    await expect(load({ unlabelledSets: [nowhere] })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('takes all examples of another set but its test examples, normalised by themselves', async () => {
    const path = images('other.npz', { train: range(30, 10), test: range(60, 4) })
    const { dataset, leftOut, set } = await unlabelled({ path })
    expect(rising(firsts(dataset.train))).toEqual(range(30, 10))
    expect([dataset.train.count, dataset.validation.count, dataset.test.count, leftOut]).toEqual([10, 0, 0, { examples: 0 }])
    expect(dataset.test.inputs).toEqual({ shape: [0, 2, 2, 1], type: 'uint8', values: new Uint8Array(0) })
    expect(dataset.normalization.offset[0]).toBe(34.5)
    expect(set).toMatchObject({ path, fraction: 1 })
  })

  it("takes of the run's own data set what the run may train on, with the run's normalization", async () => {
    const run = await loadDataset(datasetConfig.parse({ ...own, trainExamples: 4 }))
    const { dataset } = await unlabelled({ path: join(folder, '.', 'own.npz') }, { ...own, trainExamples: 4 })
    expect(rising([...firsts(dataset.train), ...firsts(run.validation)])).toEqual(range(0, 20))
    expect(firsts(dataset.train).slice(0, 4)).toEqual(firsts(run.train))
    expect(dataset.normalization).toEqual(run.normalization)
  })

  it('takes a fraction of the examples, the first of the split, so that more hold fewer', async () => {
    const path = images('fraction.npz', { train: range(30, 11), test: range(60, 4) })
    const all = firsts((await unlabelled({ path })).dataset.train)
    const some = firsts((await unlabelled({ path, fraction: 0.5 })).dataset.train)
    expect(all).not.toEqual(rising(all))
    expect(some).toEqual(all.slice(0, Math.round(all.length / 2)))
  })

  it('refuses fewer examples than a step takes', async () => {
    const path = images('few.npz', { train: range(30, 10), test: range(60, 4) })
    await expect(unlabelled({ path, fraction: 0.2 })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('("few.npz") has 2 examples in use, a fraction of 0.2 of 10, and each step takes 3. Raise its fraction') })
    await expect(labelled({ path, batchSize: 11 })).rejects.toMatchObject({ message: expect.stringContaining('Labelled set 1 ("few.npz") has 10 examples in use') })
    await expect(load({ unlabelledSets: [{ fraction: 0.1, batchSize: 3 }] })).rejects.toMatchObject({ message: expect.stringContaining('Unlabelled set 1 has 2 examples in use, a fraction of 0.1 of 15') })
  })
})

describe('examples that the run validates or tests on', () => {
  it('are left out of other sets and counted, the labelled and the unlabelled ones', async () => {
    const validation = firsts((await loadDataset(datasetConfig.parse(own))).validation)
    const path = images('copied.npz', { train: range(0, 20), test: range(60, 4) })
    for (const { dataset, leftOut } of [await unlabelled({ path }), await labelled({ path })]) {
      expect(leftOut).toEqual({ examples: 5 })
      expect(rising(firsts(dataset.train))).toEqual(range(0, 20).filter((fill) => !validation.includes(fill)))
    }
    const tested = images('tested.npz', { train: [100, 30, 101, 31, 32, 33], test: range(60, 4) })
    expect(rising(firsts((await unlabelled({ path: tested })).dataset.train))).toEqual([30, 31, 32, 33])
  })

  it('are found whether pixels are bytes, floats up to 255, or floats up to 1', async () => {
    for (const divisor of [1, 255]) {
      const path = images(`scaled-${divisor}.npz`, { train: [...range(30, 6), 100, 103], test: range(60, 4), divisor })
      expect((await unlabelled({ path })).leftOut).toEqual({ examples: 2 })
    }
  })

  it('keep their labels to the rest', async () => {
    const path = images('labels.npz', { train: [100, 31, 32, 101, 34, 35, 36], test: range(60, 4) })
    const { train } = (await labelled({ path })).dataset
    expect(Object.fromEntries(firsts(train).map((fill, row) => [fill, train.labels.values[row]]))).toEqual({ 31: 1, 32: 0, 34: 0, 35: 1, 36: 0 })
  })

  it('may leave too few', async () => {
    const path = images('emptied.npz', { train: [100, 101, 102, 30], test: range(60, 4) })
    await expect(unlabelled({ path })).rejects.toMatchObject({ message: expect.stringContaining('1 examples in use, a fraction of 1 of 4, without 3 that the run validates or tests on') })
  })

  it('would come in by another label column of the same table, which is refused', async () => {
    const rows = range(0, 40).map((i) => `${i},${i % 2},${i % 4 < 2 ? 'a' : 'b'}`)
    const path = file('table.csv', ['x,side,kind', ...rows].join('\n'))
    const run = { name: 'file', path, labelColumn: 'kind', validationExamples: 2 }
    await expect(unlabelled({ path, labelColumn: 'side' }, run)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('"side", where the run takes "kind"') })
    expect((await unlabelled({ path }, run))?.dataset.train.count).toBe(30)
  })
})

describe('examples of another shape', () => {
  const path = images('large.npz', { shape: [4, 6], train: range(30, 8), test: range(60, 4) })

  it('are brought to that of the run where the config says so', async () => {
    const { train, shape, normalization } = (await unlabelled({ path, resize: true })).dataset
    expect([shape, train.inputs.shape, train.inputs.type]).toEqual([[2, 2, 1], [8, 2, 2, 1], 'float32'])
    expect(rising(firsts(train))).toEqual(range(30, 8))
    expect(normalization.offset[0]).toBe(33.5)
  })

  it('get the channels of the run from one', async () => {
    const colour = { name: 'file', path: images('colour.npz', { shape: [2, 2, 3], train: range(0, 20), test: range(100, 4) }), validationExamples: 5 }
    const { dataset } = await unlabelled({ path, resize: true }, colour)
    expect(dataset.train.inputs.shape).toEqual([8, 2, 2, 3])
    await expect(unlabelled({ path: colour.path, resize: true })).rejects.toMatchObject({ code: 'shape-mismatch', message: expect.stringContaining('as many channels or from 1') })
  })

  it('are refused otherwise, with both shapes and what to do', async () => {
    await expect(unlabelled({ path })).rejects.toMatchObject({ code: 'shape-mismatch', message: 'Unlabelled set 1 ("large.npz") has examples of [4, 6, 1], and the run\'s own data [2, 2, 1]. Set resize to true, or choose a set of that shape.', facts: { found: [4, 6, 1], wanted: [2, 2, 1] } })
    const table = file('row.csv', range(0, 20).map((i) => `${i},1,${i % 2}`).join('\n'))
    await expect(unlabelled({ path: table })).rejects.toMatchObject({ code: 'shape-mismatch', message: expect.stringMatching(/\[2\].*\[2, 2, 1\]\. Choose a set of that shape\.$/) })
  })
})

describe('classes of a labelled set', () => {
  const table = (name: string, kinds: readonly string[]) => file(name, range(0, 24).map((i) => `${i}.5,${kinds[i % kinds.length]}`).join('\n'))
  const run = { name: 'file', path: table('kinds.csv', ['cat', 'dog']), validationExamples: 2 }

  it('go by their names', async () => {
    const path = file('other-kinds.csv', range(0, 24).map((i) => `${i}.25,${i < 12 ? 'dog' : 'cat'}`).join('\n'))
    const { train } = (await labelled({ path }, run)).dataset
    expect(firsts(train).every((value, row) => (value < 12 ? 1 : 0) === train.labels.values[row])).toBe(true)
  })

  it('are refused where their names or their number differ, with both lists', async () => {
    await expect(labelled({ path: table('birds.csv', ['cat', 'owl']) }, run)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('has the classes 2 ("cat", "owl"), and the run\'s own data 2 ("cat", "dog").') })
    await expect(labelled({ path: table('three.csv', ['cat', 'dog', 'owl']) }, run)).rejects.toMatchObject({ message: expect.stringContaining('3 ("cat", "dog", "owl")') })
    await expect(load({ labelledSets: [{ name: 'mnist-10k' }] }, { trainExamples: 100 })).rejects.toMatchObject({ message: expect.stringContaining('"Ankle boot"') })
  })

  it('go by their numbers where a file has nothing else, and do not matter without labels', async () => {
    expect((await labelled({ path: table('numbers.csv', ['1', '2']) }, run)).dataset.train.count).toBeGreaterThan(10)
    expect((await unlabelled({ path: table('four.csv', ['cat', 'dog', 'owl', 'ape']) }, run))?.dataset.classes).toBe(4)
  })
})

it('reads digits of 8 × 8 for a network of 28 × 28, beside those of 28 × 28', async () => {
  const { labelled: [digits] } = await load({ unlabelledWeight: 0, labelledSets: [{ name: 'digits', resize: true, domain: 'scanner' }] }, { name: 'mnist-10k' })
  expect(digits!.dataset.train.inputs).toMatchObject({ shape: [1438, 28, 28, 1], type: 'float32' })
  expect(digits!.dataset).toMatchObject({ name: 'digits', classes: 10, shape: [28, 28, 1] })
  expect(digits!.leftOut.examples).toBe(0)
})
