import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { datasetConfig } from '../../../contract/dataset-config.ts'
import type { DatasetConfig } from '../../../contract/dataset-config.ts'
import { datasetInspection } from '../../../contract/dataset-inspection.ts'
import { loadDataset } from '../index.ts'
import { inspectDataset } from './inspect-dataset.ts'
import { previewExamples } from './preview-examples.ts'

const folder = mkdtempSync(join(tmpdir(), 'loupe-inspection-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const own = (path: string, more: Partial<DatasetConfig> = {}) => datasetConfig.parse({ name: 'file', path, ...more })
/** Twenty rows of two classes in turn; a fifth of each is tested on, which leaves 16. */
const rows = Array.from({ length: 20 }, (_, row) => `${row},7,${row % 2 === 0 ? 'even' : 'odd'}`)

describe('the inspection of a data set', () => {
  it('counts classes by split and says how each split was made', async () => {
    const { inspection } = await inspectDataset(own(write('plain.csv', `a,b,kind\n${rows.join('\n')}\n`), { validationExamples: 4, trainExamples: 10, splitSeed: 3 }))
    expect(datasetInspection.parse(inspection)).toEqual(inspection)
    expect(inspection).toMatchObject({ kind: 'csv', type: 'float32', shape: [2], classNames: ['even', 'odd'], licence: null, images: null, memoryBytes: 18 * (2 * 4 + 4) })
    expect(inspection.splits.map(({ split, examples }) => [split, examples])).toEqual([['training', 10], ['validation', 4], ['test', 4]])
    expect(inspection.splits[2]?.perClass).toEqual([2, 2])
    for (const { examples, perClass } of inspection.splits) expect(perClass.reduce((sum, count) => sum + count, 0)).toBe(examples)
    expect(inspection.made).toEqual({ test: 'fifth-of-class', validation: 'random', splitSeed: 3, unused: 2 })
  })

  it('measures each column over the training examples, and finds the constant one', async () => {
    const config = own(write('numbers.csv', 'a,b,kind\n1,5,x\n2,5,y\n3,5,x\n6,5,y\n'), { validationExamples: 0 })
    const { inspection } = await inspectDataset(config)
    // Two of each class: a fifth of two rounds to no test example, so all four are trained on. Mean 3, variance (4 + 1 + 0 + 9) / 4.
    expect(inspection.features).toEqual({
      total: 2,
      constant: 1,
      examples: 4,
      isSample: false,
      listed: [
        { name: 'a', min: 1, mean: 3, deviation: Math.sqrt(3.5), max: 6, missing: 0 },
        { name: 'b', min: 5, mean: 5, deviation: 0, max: 5, missing: 0 },
      ],
    })
  })

  it('reports bad rows and counts missing cells, says why a run would refuse them, and measures the others', async () => {
    const text = `a,b,kind\n${rows.join('\n')}\n,7,odd\nx,7,even\n1,,odd\n`
    const config = own(write('bad.csv', text))
    const { inspection } = await inspectDataset(config)
    expect(inspection.badRows).toMatchObject({ rows: 3, cells: 3, rule: 'refuse', byKind: [{ kind: 'empty', cells: 2 }, { kind: 'not-a-number', cells: 1 }] })
    const refused: unknown = await loadDataset(config).catch((error: unknown) => error)
    expect(inspection.badRows.refusal).toBe(refused instanceof Error ? refused.message : null)
    expect(inspection.badRows.refusal).toContain('line 22, column "a": expected a finite number, found an empty cell')
    expect(inspection.features.listed.map(({ name, missing }) => [name, missing])).toEqual([['a', 1], ['b', 1]])

    const skipping = { ...config, badRows: 'skip' as const }
    const skipped = (await inspectDataset(skipping)).inspection
    expect([skipped.badRows.refusal, skipped.badRows.rows]).toEqual([null, 3])
    const loaded = await loadDataset(skipping)
    expect([loaded.hash, loaded.leftOut]).toEqual([skipped.hash, 3])
    expect(loaded.hash).not.toBe((await loadDataset(own(write('good.csv', `a,b,kind\n${rows.join('\n')}\n`)))).hash)
  })

  it('finds test examples that were trained on, repeats, and the same example under two classes', async () => {
    // Every row five times over: whatever the split, test examples stand among the training ones.
    const repeated = Array.from({ length: 5 }, () => ['1,1,x', '2,2,y', '3,3,x', '3,3,y']).flat()
    const { inspection } = await inspectDataset(own(write('twice.csv', `a,b,kind\n${repeated.join('\n')}\n`), { validationExamples: 0 }))
    const test = inspection.splits[2]!.examples
    expect(inspection.duplicates).toMatchObject({ between: [{ from: 'training', to: 'test', examples: test }], isComplete: true })
    expect(inspection.duplicates.within.find(({ split }) => split === 'training')).toEqual({ split: 'training', examples: 16 - 3 })
    expect(inspection.duplicates.contradicting).toBeGreaterThan(0)
    expect(inspection.duplicates.pairs[0]).toMatchObject({ from: 'training', to: 'test', toIndex: 0 })
    const none = (await inspectDataset(own(write('once.csv', `a,b,kind\n${rows.join('\n')}\n`)))).inspection.duplicates
    expect(none).toEqual({ between: [], within: [], contradicting: 0, pairs: [], isComplete: true })
  })

  it('knows Fashion-MNIST: its mean image and intensities, its licence, no leak', async () => {
    const { inspection } = await inspectDataset(datasetConfig.parse({}))
    const { images, features } = inspection
    expect(inspection).toMatchObject({ kind: 'idx', licence: 'MIT', type: 'uint8', made: { test: 'files', validation: 'random' }, badRows: { rows: 0, refusal: null } })
    expect(inspection.splits.map(({ examples }) => examples)).toEqual([54000, 6000, 10000])
    // The figures everybody normalises it by: 0.2860 and 0.3530 of 255.
    expect(features.listed).toEqual([{ name: 'grey', min: 0, mean: expect.closeTo(72.94, 0), deviation: expect.closeTo(90.02, 0), max: 255, missing: 0 }])
    expect([features.total, images?.mean.length, images?.range, images?.histogram.length]).toEqual([784, 784, [0, 256], 64])
    expect(images?.histogram.reduce((sum, count) => sum + count, 0)).toBe(54000 * 784)
  }, 30_000)
})

describe('the preview of a data set', () => {
  it('gives a page of a class in the order of the split', async () => {
    const inspected = await inspectDataset(own(write('preview.csv', `a,b,kind\n${rows.join('\n')}\n`), { validationExamples: 0 }))
    const all = previewExamples(inspected, { split: 'training', classIndex: 1, offset: 0, limit: 200 })
    expect([all.total, all.featureNames, all.examples.every(({ label }) => label === 1)]).toEqual([8, ['a', 'b'], true])
    const page = previewExamples(inspected, { split: 'training', classIndex: 1, offset: 3, limit: 2 })
    expect(page.examples).toEqual(all.examples.slice(3, 5))
    expect(page.examples[0]?.values[1]).toBe(7)
    expect(() => previewExamples(inspected, { split: 'test', classIndex: 2, offset: 0, limit: 1 })).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  })

  it('shows large images small, and of wide tables the first columns', () => {
    const examples = { inputs: { shape: [1, 256, 512, 1], type: 'uint8' as const, values: new Uint8Array(256 * 512).fill(9) }, labels: { shape: [1], type: 'int32' as const, values: Int32Array.of(0) }, count: 1 }
    const dataset = { name: 'file', title: 'x', shape: [256, 512, 1], classes: 2, classNames: ['a', 'b'], normalization: { offset: new Float32Array(1), scale: new Float32Array(1) }, train: examples, validation: examples, test: examples, hash: '' }
    const shown = previewExamples({ dataset, featureNames: null }, { split: 'test', classIndex: null, offset: 0, limit: 1 })
    expect([shown.shape, shown.range, shown.examples[0]?.values.length]).toEqual([[64, 128, 1], [0, 9], 64 * 128])
  })
})
