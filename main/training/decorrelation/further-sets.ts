import { resolve } from 'node:path'
import { datasetConfig } from '../../contract/dataset-config.ts'
import type { DatasetConfig } from '../../contract/dataset-config.ts'
import { usesUnlabelled } from '../../contract/decorrelation-config.ts'
import type { DecorrelationConfig, LabelledSet, UnlabelledSet } from '../../contract/decorrelation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { pickExamples } from '../datasets/examples.ts'
import { loadDataset } from '../datasets/index.ts'
import { measureNormalization } from '../datasets/normalization.ts'
import { describeShape } from '../datasets/numeric-array.ts'
import { canResize, resizeImages } from '../datasets/resize-images.ts'
import { unsharedExamples } from '../datasets/same-examples.ts'
import { withClassesOf } from './matching-classes.ts'

/** A labelled or unlabelled data set beside the run's own, fit for its network. */
export interface FurtherSet {
  readonly set: LabelledSet | UnlabelledSet
  /** Its `train` holds the examples in use; validation and test are empty. */
  readonly dataset: Dataset
  /** That would be in use, and are also validation or test examples of the run's own data. */
  readonly leftOut: { readonly examples: number }
}

export interface FurtherSetsOptions {
  readonly config: DecorrelationConfig
  readonly run: { readonly dataset: DatasetConfig }
  /** The run's own, read. */
  readonly dataset: Dataset
}

export interface FurtherSets {
  /** One a set of the config, in its order. */
  readonly labelled: readonly FurtherSet[]
  /** The same; null for "training", of which no copy is made. None are read where no term of the loss looks at them. */
  readonly unlabelled: readonly (FurtherSet | null)[]
}

/**
 * Reads the labelled and unlabelled sets that a run decorrelates beside its own data.
 *
 * Of each set:
 *
 * - examples: all that are not test examples, in the order of a split by the run's `splitSeed`, of which `fraction` takes the first. Of the run's own
 *   data set, those that the run may train on: its validation examples are held out here too.
 * - what the run validates or tests on is left out, and counted ({@link unsharedExamples}).
 * - shape: that of the run's data. With `resize`, images are brought to it ({@link resizeImages}).
 * - normalization: measured on the examples in use, as they belong to a domain of their own. That of the run for its own data set.
 * - classes, of a labelled set: those of the run ({@link withClassesOf}).
 *
 * @throws LoupeError `shape-mismatch`; `invalid-input` for other classes or fewer examples than a step takes; and what {@link loadDataset} throws.
 */
export async function loadFurtherSets(options: FurtherSetsOptions): Promise<FurtherSets> {
  const { config, dataset } = options
  // One after the other: what is refused first must not depend on the disk.
  const labelled: FurtherSet[] = []
  for (const [index, set] of config.labelledSets.entries()) labelled.push(await loadSet({ set, name: set.name, what: `Labelled set ${index + 1}`, needsLabels: true }, options))
  const unlabelled: (FurtherSet | null)[] = []
  for (const [index, set] of (usesUnlabelled(config) ? config.unlabelledSets : []).entries()) {
    const what = `Unlabelled set ${index + 1}`
    if (set.name === 'training') requireBatch({ set, what, available: dataset.train.count, leftOut: 0 })
    unlabelled.push(set.name === 'training' ? null : await loadSet({ set, name: set.name, what, needsLabels: false }, options))
  }
  return { labelled, unlabelled }
}

interface SetToLoad {
  readonly set: LabelledSet | UnlabelledSet
  readonly name: DatasetConfig['name']
  /** In errors. */
  readonly what: string
  readonly needsLabels: boolean
}

async function loadSet({ set, name, what, needsLabels }: SetToLoad, { run, dataset: own }: FurtherSetsOptions): Promise<FurtherSet> {
  const isOwn = name === run.dataset.name && (set.path === null || resolve(set.path) === resolve(run.dataset.path ?? ''))
  const read = await loadDataset(isOwn ? ownConfig(set, what, run.dataset) : datasetConfig.parse({ name, path: set.path, labelColumn: set.labelColumn, validationExamples: 0, splitSeed: run.dataset.splitSeed }))
  const titled = `${what} ("${read.title}")`
  const fits = needsLabels ? withClassesOf(own, read, titled) : read
  requireShape({ set, titled, found: read.shape, wanted: own.shape })
  const part = pickExamples(fits.train, firstOnes(inUse(set, fits.train.count)))
  const kept = unsharedExamples(part.inputs, own)
  const leftOut = part.count - kept.length
  requireBatch({ set, what: titled, available: fits.train.count, leftOut })
  const train = pickExamples(part, kept)
  const inputs = read.shape.join() === own.shape.join() ? train.inputs : resizeImages(train.inputs, own.shape)
  const none = pickExamples({ ...train, inputs }, new Int32Array(0))
  return {
    set,
    dataset: { ...fits, shape: own.shape, normalization: isOwn ? own.normalization : measureNormalization(inputs), train: { ...train, inputs }, validation: none, test: none },
    leftOut: { examples: leftOut },
  }
}

/** Of the run's own data: another label column would be another split, whose training examples the run tests on. */
function ownConfig({ labelColumn }: LabelledSet | UnlabelledSet, what: string, own: DatasetConfig): DatasetConfig {
  if (labelColumn === null || labelColumn === own.labelColumn) return { ...own, trainExamples: null }
  const column = own.labelColumn === null ? 'its last column' : `"${own.labelColumn}"`
  throw new LoupeError('invalid-input', `${what} is the run's own file with the label column "${labelColumn}", where the run takes ${column}: what the run tests on would be trained on. Set labelColumn to null, or give the set a file of its own.`, { labelColumn, own: own.labelColumn })
}

function requireShape({ set, titled, found, wanted }: { readonly set: LabelledSet | UnlabelledSet; readonly titled: string; readonly found: readonly number[]; readonly wanted: readonly number[] }): void {
  if (found.join() === wanted.join()) return
  const isResizable = canResize(found, wanted)
  if (set.resize && isResizable) return
  const remedy = isResizable ? 'Set resize to true, or choose a set of that shape.' : set.resize ? 'Only images are resized, to as many channels or from 1. Choose a set of that shape.' : 'Choose a set of that shape.'
  throw new LoupeError('shape-mismatch', `${titled} has examples of ${describeShape(found)}, and the run's own data ${describeShape(wanted)}. ${remedy}`, { found: [...found], wanted: [...wanted], resize: set.resize })
}

function requireBatch({ set, what, available, leftOut }: { readonly set: LabelledSet | UnlabelledSet; readonly what: string; readonly available: number; readonly leftOut: number }): void {
  const examples = inUse(set, available) - leftOut
  if (examples >= set.batchSize) return
  const without = leftOut === 0 ? '' : `, without ${leftOut} that the run validates or tests on`
  const remedy = set.fraction < 1 ? 'Raise its fraction or lower its batchSize.' : 'Lower its batchSize, or choose a larger set.'
  throw new LoupeError('invalid-input', `${what} has ${examples} examples in use, a fraction of ${set.fraction} of ${available}${without}, and each step takes ${set.batchSize}. ${remedy}`, { examples, available, leftOut, fraction: set.fraction, batchSize: set.batchSize })
}

function inUse({ fraction }: Pick<LabelledSet, 'fraction'>, available: number): number {
  return Math.round(fraction * available)
}

function firstOnes(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index)
}
