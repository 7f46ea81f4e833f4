import type { DecorrelationConfig, LabelledSet, UnlabelledSet } from '../../contract/decorrelation-config.ts'
import { usesUnlabelled } from '../../contract/decorrelation-config.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { FurtherSet } from './further-sets.ts'

/** Examples that are drawn beside the run's own labelled batch. */
export interface FurtherStream {
  /** Of its indices in a feed. */
  readonly key: string
  readonly kind: 'labelled' | 'unlabelled'
  /** Place among the sets of its kind in the config. */
  readonly index: number
  /** The domain that the user gave it, or the data set's title. */
  readonly title: string
  /** Per step. */
  readonly batchSize: number
  /** The first so many of the set's training examples. */
  readonly examples: number
  readonly dataset: Dataset
  /** Before the names of its resident data. */
  readonly residents: string
}

/** The sets that a run draws from beside its own labelled examples, read. */
export interface LoadedSets {
  readonly labelled: readonly FurtherSet[]
  readonly unlabelled: readonly (FurtherSet | null)[]
}

/** Labelled examples of the run's own data set: the first ones, for a split's order is random. */
export function labelledCount({ decorrelation }: { readonly decorrelation: Pick<DecorrelationConfig, 'labelFraction'> | null }, trainExamples: number): number {
  return decorrelation === null ? trainExamples : Math.max(1, Math.round(decorrelation.labelFraction * trainExamples))
}

/** The streams of a run, the labelled ones first; unlabelled ones only where a term reads them. */
export function furtherStreams(config: DecorrelationConfig, own: Dataset, sets: LoadedSets): FurtherStream[] {
  const labelled = sets.labelled.map((further, index) => streamOf({ kind: 'labelled', index, config: config.labelledSets[index]!, further, own })) // one for each set
  const unlabelled = usesUnlabelled(config) ? sets.unlabelled.map((further, index) => streamOf({ kind: 'unlabelled', index, config: config.unlabelledSets[index]!, further, own })) : []
  return [...labelled, ...unlabelled]
}

function streamOf({ kind, index, config, further, own }: { readonly kind: FurtherStream['kind']; readonly index: number; readonly config: LabelledSet | UnlabelledSet; readonly further: FurtherSet | null; readonly own: Dataset }): FurtherStream {
  const dataset = further?.dataset ?? own
  return {
    key: `${kind}${index}`,
    kind,
    index,
    title: config.domain === '' ? dataset.title : config.domain,
    batchSize: config.batchSize,
    // A set of its own holds only what is in use.
    examples: further === null ? Math.max(1, Math.round(config.fraction * own.train.count)) : dataset.train.count,
    dataset,
    residents: further === null ? '' : `${kind}-${JSON.stringify([config.name, config.path, config.labelColumn, config.fraction, config.resize])}/`,
  }
}

