/** What a part of a network costs, of one example. */
export interface PartCost {
  /** Trained numbers, running statistics not counted. */
  readonly parameters: number
  readonly macsPerExample: number
  /** Kept for the backward pass. */
  readonly activationBytesPerExample: number
}

/** What a model costs that is cut after some of its blocks. */
export interface CutCost extends PartCost {
  /** Activations alive at once in a forward pass alone, at most. */
  readonly liveBytesPerExample: number
  /** Of its head, which is in the numbers above. */
  readonly head: PartCost
  /** Of the feature that the head reads, of one example. */
  readonly featureShape: readonly number[]
}
