import { datasetConfig } from '../contract/dataset-config.ts'
import type { DatasetConfigInput } from '../contract/dataset-config.ts'
import { bundledDatasets } from '../contract/dataset-config.ts'
import type { DatasetInspection } from '../contract/dataset-inspection.ts'
import { inspectDataset } from '../training/datasets/inspection/inspect-dataset.ts'
import { exitCodes } from './exit-code.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'

/** Bad cells that people are shown; `--json` has all that are listed. */
const SHOWN = 20
const SHOWN_FEATURES = 40

/**
 * Says what a data set is: splits, classes, statistics, duplicates and bad rows.
 *
 * Exit code 2 where a run would refuse the data: nothing there, malformed, or bad rows without `badRows: skip`.
 *
 * @param path  A file or folder, or the name of a data set that comes with Loupe.
 */
export async function inspectData({ output }: Invocation, { path, config }: { readonly path: string; readonly config: DatasetConfigInput }): Promise<number> {
  const bundled = bundledDatasets.find((name) => name === path)
  const { inspection } = await inspectDataset(datasetConfig.parse({ ...config, ...(bundled === undefined ? { name: 'file', path } : { name: bundled }) }))
  output.result({ json: { ...inspection }, text: inspectionText(inspection) })
  return inspection.badRows.refusal === null ? exitCodes.done : exitCodes.badInput
}

/** The inspection for people. */
export function inspectionText(inspection: DatasetInspection): string {
  const { title, kind, path, licence, shape, type, hash, fileBytes, memoryBytes, splits, classNames, made, features, images, duplicates } = inspection
  const plain = (value: number) => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5))))
  const facts = [
    `${title}: ${kind}, examples of [${shape.join(', ')}] ${type}, ${classNames.length} classes`,
    ...(path === null ? [`licence ${licence ?? 'unknown'}`] : [path]),
    `${bytesText(fileBytes)} on disk, ${bytesText(memoryBytes)} in memory, data hash ${hash.slice(0, 16)}`,
    ...(images?.sizes === null || images?.sizes === undefined ? [] : [`sizes of the files: ${images.sizes.slice(0, 5).map(({ width, height, images: count }) => `${width}×${height} (${count})`).join(', ')}${images.sizes.length > 5 ? ` and ${images.sizes.length - 5} more` : ''}`]),
  ]
  const balance = table(['class', ...splits.map(({ split }) => split)], [...classNames.map((name, index) => [name, ...splits.map(({ perClass }) => String(perClass[index] ?? 0))]), ['all', ...splits.map(({ examples }) => String(examples))]])
  const how = [
    made.test === 'files' ? 'Test examples are those of the files.' : 'Test examples are a fixed fifth of each class.',
    made.validation === 'files' ? 'Validation examples are those of the files.' : `Validation examples are drawn at random with splitSeed ${made.splitSeed}, not by class.`,
    ...(made.unused > 0 ? [`${made.unused} examples are not used.`] : []),
  ]
  const statistics = table(
    ['feature', 'min', 'mean', 'sd', 'max', 'missing'],
    features.listed.slice(0, SHOWN_FEATURES).map(({ name, min, mean, deviation, max, missing }) => [name, plain(min), plain(mean), plain(deviation), plain(max), String(missing)]),
  )
  const further = features.listed.length > SHOWN_FEATURES ? [`… and ${features.listed.length - SHOWN_FEATURES} more features`] : []
  const sample = features.isSample ? [`Statistics are of ${features.examples} training examples, spread evenly.`] : []
  const same = [
    ...duplicates.between.map(({ from, to, examples }) => `${examples} of the ${to} examples ${examples === 1 ? 'is' : 'are'} also among the ${from} examples.`),
    ...duplicates.within.map(({ split, examples }) => `${examples} of the ${split} examples ${examples === 1 ? 'repeats' : 'repeat'} an earlier one.`),
    ...(duplicates.contradicting > 0 ? [`${duplicates.contradicting} of them ${duplicates.contradicting === 1 ? 'has' : 'have'} another class than its twin.`] : []),
    ...(duplicates.isComplete ? [] : ['Only an even share of the examples was compared.']),
  ]
  return [
    facts.join('\n'),
    `${balance}\n${how.join(' ')}`,
    [statistics, ...further, ...sample, `Of ${features.total} numbers an example, ${features.constant} never change.`].join('\n'),
    same.length === 0 ? 'No example stands in two splits, or twice in one.' : same.join('\n'),
    badRowsText(inspection),
  ].join('\n\n')
}

function badRowsText({ badRows }: DatasetInspection): string {
  const { rows, cells, byKind, listed, rule, refusal } = badRows
  if (cells === 0) return 'No bad rows.'
  const shown = listed.slice(0, SHOWN).map(({ file, row, column, kind, found, expected }) => [row ?? file, column ?? '', kind, found, expected])
  return [
    `${rows} bad ${rows === 1 ? 'row' : 'rows'}: ${byKind.map(({ kind, cells: count }) => `${count} ${kind}`).join(', ')}.`,
    table(['row', 'column', 'what', 'found', 'expected'], shown),
    ...(cells > shown.length ? [`… and ${cells - shown.length} more`] : []),
    refusal === null ? `The rule is ${rule}: a run leaves them out.` : `A run would be refused: ${refusal}`,
  ].join('\n')
}

function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`
}
