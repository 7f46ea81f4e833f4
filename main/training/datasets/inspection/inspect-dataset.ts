import type { DatasetConfig } from '../../../contract/dataset-config.ts'
import type { DatasetInspection } from '../../../contract/dataset-inspection.ts'
import { collectBadRows } from '../bad-rows.ts'
import { readDatasetCard } from '../bundled.ts'
import type { Dataset, Examples } from '../dataset.ts'
import { readSource, splitSource } from '../index.ts'
import type { Source } from '../source.ts'
import { findDuplicates } from './duplicates.ts'
import { elementStatistics } from './element-statistics.ts'
import { featureList } from './feature-list.ts'
import { imageSummary } from './image-summary.ts'

/** A data set read without its bad rows, and what it is. */
export interface Inspected {
  readonly dataset: Dataset
  readonly featureNames: readonly string[] | null
  readonly inspection: DatasetInspection
}

/**
 * Reads a data set as a run would, bad rows left out and told, and measures it.
 *
 * @throws LoupeError As reading it does, for what is wrong with the whole of it.
 */
export async function inspectDataset(config: DatasetConfig): Promise<Inspected> {
  const badRows = collectBadRows()
  const source = await readSource(config, badRows)
  const dataset = splitSource(source, config, badRows)
  const card = config.name === 'file' ? null : await readDatasetCard(config.name)
  const report = badRows.report()
  const elements = elementStatistics(dataset.train.inputs)
  const { kind, fileBytes, hasOwnTest, featureNames, imageSizes } = source.facts
  const parts = [dataset.train, dataset.validation, dataset.test]
  const inspection: DatasetInspection = {
    name: dataset.name,
    title: dataset.title,
    kind,
    path: config.path,
    licence: card?.licence ?? null,
    source: card?.source ?? null,
    shape: [...dataset.shape],
    type: dataset.train.inputs.values instanceof Uint8Array ? 'uint8' : 'float32',
    hash: dataset.hash,
    fileBytes,
    memoryBytes: parts.reduce((sum, { inputs, labels }) => sum + inputs.values.byteLength + labels.values.byteLength, 0),
    classNames: [...dataset.classNames],
    splits: [
      { split: 'training', ...countsOf(dataset.train, dataset.classes) },
      { split: 'validation', ...countsOf(dataset.validation, dataset.classes) },
      { split: 'test', ...countsOf(dataset.test, dataset.classes) },
    ],
    made: { test: hasOwnTest ? 'files' : 'fifth-of-class', validation: source.validation === undefined ? 'random' : 'files', splitSeed: config.splitSeed, unused: unusedOf(source, dataset) },
    features: featureList(elements, { shape: dataset.shape, examples: dataset.train.count, featureNames, missing: new Map(report.byColumn.map(({ column, empty }) => [column, empty])) }),
    images: imageSummary(dataset.train.inputs, { elements, sizes: imageSizes }),
    duplicates: findDuplicates(dataset),
    badRows: { ...report, rule: config.badRows, refusal: config.badRows === 'skip' ? null : badRows.refusal() },
  }
  return { dataset, featureNames, inspection }
}

function countsOf({ labels, count }: Examples, classes: number): { examples: number; perClass: number[] } {
  const perClass = Array.from({ length: classes }, () => 0)
  for (const label of labels.values) perClass[label]! += 1
  return { examples: count, perClass }
}

function unusedOf(source: Source, { train, validation }: Dataset): number {
  return source.train.labels.length - train.count - (source.validation === undefined ? validation.count : 0)
}
