import type { DatasetConfig } from '../../contract/dataset-config.ts'
import type { DecorrelationConfig, LabelledSet, UnlabelledSet } from '../../contract/decorrelation-config.ts'
import type { Dataset } from '../datasets/dataset.ts'

/** A labelled or unlabelled data set beside the run's own, fit for its network. */
export interface FurtherSet {
  readonly set: LabelledSet | UnlabelledSet
  /** Its `train` holds the examples in use; validation and test are empty. */
  readonly dataset: Dataset
  readonly leftOut: { readonly examples: number }
}

export async function loadFurtherSets({ config }: { readonly config: DecorrelationConfig; readonly run: { readonly dataset: DatasetConfig }; readonly dataset: Dataset }): Promise<{ readonly labelled: readonly FurtherSet[]; readonly unlabelled: readonly (FurtherSet | null)[] }> {
  return { labelled: [], unlabelled: config.unlabelledSets.map(() => null) }
}
