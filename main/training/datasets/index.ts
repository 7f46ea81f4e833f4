import { bundledDatasets } from '../../contract/dataset-config.ts'
import type { DatasetConfig } from '../../contract/dataset-config.ts'
import type { QueryOutput } from '../../contract/queries.ts'
import { readBundled, readDatasetCard } from './bundled.ts'
import type { Dataset } from './dataset.ts'
import { asExamples, takeExamples } from './examples.ts'
import { readFromPath } from './from-path.ts'
import { measureNormalization } from './normalization.ts'
import { splitExamples } from './split.ts'

/**
 * Reads a data set, holds out its validation examples and measures its normalization.
 *
 * @throws LoupeError `data-malformed`, `not-found`, and `invalid-input` where the configuration asks for more than there is.
 */
export async function loadDataset(config: DatasetConfig): Promise<Dataset> {
  const source = config.name === 'file' ? await readFromPath(config) : await readBundled(config.name)
  const split = splitExamples(source.train.labels.length, config)
  const train = takeExamples(source.train, split.train)
  return {
    name: source.name,
    title: source.title,
    shape: train.inputs.shape.slice(1),
    classes: source.classNames.length,
    classNames: source.classNames,
    normalization: measureNormalization(train.inputs),
    train: asExamples(train),
    validation: asExamples(takeExamples(source.train, split.validation)),
    test: asExamples(source.test),
    hash: source.hash,
  }
}

/** What comes with Loupe, from the cards alone: no data are read. */
export async function describeBundledDatasets(): Promise<QueryOutput<'dataset.list'>['datasets']> {
  const cards = await Promise.all(bundledDatasets.map(readDatasetCard))
  return cards.map(({ name, title, trainExamples, testExamples, shape, classNames, licence, source }) => ({
    name,
    title,
    trainExamples,
    testExamples,
    shape,
    classes: classNames.length,
    licence,
    source,
  }))
}
