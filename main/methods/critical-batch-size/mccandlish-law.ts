/**
 * The competing law: K = S_min·(1 + B_c/b), so N = S_min·(b + B_c).
 *
 * N only grows with b: there is no batch size at which it is smallest. What is called critical here is the bend b = B_c,
 * which needs twice the fewest steps and twice the fewest examples.
 *
 * @see McCandlish et al. 2018, "An Empirical Model of Large-Batch Training", arXiv:1812.06162.
 */
export interface McCandlishLaw {
  /** S_min: steps as the batch size goes to infinity. */
  readonly minSteps: number
  /** B_c, examples. */
  readonly bend: number
}

/** K(b), steps to the target. */
export function mccandlishSteps(law: McCandlishLaw, batchSize: number): number {
  return law.minSteps * (1 + law.bend / batchSize)
}

/** N(b) = K(b)·b, examples to the target. */
export function mccandlishExamples(law: McCandlishLaw, batchSize: number): number {
  return law.minSteps * (batchSize + law.bend)
}

/** The largest batch size that costs at most (1 + excess) times the examples of `smallest`, the smallest batch size swept. */
export function mccandlishEfficientHigh(law: McCandlishLaw, smallest: number, excess: number): number {
  return (1 + excess) * (smallest + law.bend) - law.bend
}
