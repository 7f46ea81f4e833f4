import type { DatasetKind, ImageSize } from '../../contract/dataset-inspection.ts'
import type { Labelled } from './labelled.ts'

/** How a data set lies on the disk. */
export interface SourceFacts {
  readonly kind: DatasetKind
  /** Of its files; 0 for generated data. */
  readonly fileBytes: number
  /** False where test examples were set apart from the others. */
  readonly hasOwnTest: boolean
  /** Columns of a table, one a number of an example; null where they have no names. */
  readonly featureNames: readonly string[] | null
  /** Of the files, before they were brought to one; null where the data are no image files. */
  readonly imageSizes: readonly ImageSize[] | null
}

/** A data set read from its files: every example decoded, train and test told apart, nothing held out yet. */
export interface Source {
  readonly name: string
  readonly title: string
  readonly classNames: readonly string[]
  /** What may be trained and validated on. */
  readonly train: Labelled
  /** What is validated on, where the files say so; else it is held out of `train`. */
  readonly validation?: Labelled
  readonly test: Labelled
  /** SHA-256, hexadecimal, over the SHA-256 of each file in the order of their roles; of generated data, of their arrays. Rows that were left out are part of it. */
  readonly hash: string
  readonly facts: SourceFacts
}
