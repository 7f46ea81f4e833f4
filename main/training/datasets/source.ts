import type { Labelled } from './labelled.ts'

/** A data set read from its files: every example decoded, train and test told apart, nothing held out yet. */
export interface Source {
  readonly name: string
  readonly title: string
  readonly classNames: readonly string[]
  /** What may be trained and validated on. */
  readonly train: Labelled
  readonly test: Labelled
  /** SHA-256, hexadecimal, over the SHA-256 of each file in the order of their roles; of generated data, of their arrays. */
  readonly hash: string
}
