import { bundledDatasets } from '../../contract/dataset-config.ts'
import type { DatasetConfig } from '../../contract/dataset-config.ts'
import type { QueryOutput } from '../../contract/queries.ts'
import { badRowsOf } from './bad-rows.ts'
import type { BadRows } from './bad-rows.ts'
import { readBundled, readDatasetCard } from './bundled.ts'
import type { Dataset } from './dataset.ts'
import { asExamples, takeExamples } from './examples.ts'
import { readFromPath } from './from-path.ts'
import { measureNormalization } from './normalization.ts'
import type { Source } from './source.ts'
import { chooseExamples, splitExamples } from './split.ts'

/**
 * Reads a data set, holds out its validation examples and measures its normalization.
 *
 * @param badRows  What becomes of rows that do not read; as the config says where left out.
 * @throws LoupeError `data-malformed`, `not-found`, and `invalid-input` where the configuration asks for more than there is.
 */
export async function loadDataset(config: DatasetConfig, badRows: BadRows = badRowsOf(config)): Promise<Dataset> {
  return splitSource(await readSource(config, badRows), config, badRows)
}

/** Reads the files of a data set, before anything is held out for validation. */
export async function readSource(config: DatasetConfig, badRows: BadRows): Promise<Source> {
  return config.name === 'file' ? await readFromPath(config, badRows) : await readBundled(config.name)
}

/** Holds out the validation examples of a data set that was read, and measures its normalization. */
export function splitSource(source: Source, config: DatasetConfig, badRows: BadRows): Dataset {
  const own = source.validation
  const split = splitExamples(source.train.labels.length, own === undefined ? config : { ...config, validationExamples: 0 })
  const train = takeExamples(source.train, split.train)
  const validation = own === undefined ? takeExamples(source.train, split.validation) : takeExamples(own, chooseExamples(own.labels.length, config))
  return {
    name: source.name,
    title: source.title,
    shape: train.inputs.shape.slice(1),
    classes: source.classNames.length,
    classNames: source.classNames,
    normalization: measureNormalization(train.inputs),
    train: asExamples(train),
    validation: asExamples(validation),
    test: asExamples(source.test),
    hash: source.hash,
    leftOut: badRows.report().rows,
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
