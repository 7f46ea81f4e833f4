/**
 * A law that holds both others: the noise floor of the one and the noise-limited pace of the other.
 *
 *     K = S·(1 + B/b)/(1 − b0/b)        N = S·b·(b + B)/(b − b0)
 *
 * With B = 0 it is 1/K = a − s/b, with b0 = 0 it is S_min(1 + B_c/b). N is smallest at b* = b0·(1 + √(1 + B/b0)), so
 * B = b*²/b0 − 2b*. B may be negative down to −b0: then the minimum lies between b0 and 2·b0, as it does where a run stops by
 * its last gradient. Ours [D]: on trained networks at a fixed rate neither of the two describes the points, this one does.
 */
export interface CombinedLaw {
  /** S: steps as the batch size goes to infinity. */
  readonly limitSteps: number
  /** b0 ≥ 0, examples: at and below it the target is never reached. */
  readonly asymptote: number
  /** b* ≥ b0, examples: where N is smallest. */
  readonly criticalBatchSize: number
}

/** B, examples: how the pace falls with the noise. */
export function combinedBend(law: Pick<CombinedLaw, 'asymptote' | 'criticalBatchSize'>): number {
  return law.criticalBatchSize ** 2 / law.asymptote - 2 * law.criticalBatchSize
}

/** K(b), steps to the target. Infinity at and below b0. */
export function combinedSteps(law: CombinedLaw, batchSize: number): number {
  if (batchSize <= law.asymptote) return Infinity
  return (law.limitSteps * (batchSize + combinedBend(law))) / (batchSize - law.asymptote)
}

/** N(b) = K(b)·b, examples to the target. */
export function combinedExamples(law: CombinedLaw, batchSize: number): number {
  return combinedSteps(law, batchSize) * batchSize
}

/** Batch sizes at which N is at most (1 + excess) times its smallest: b² + (B − Q)b + Q·b0 = 0 with Q = (1 + excess)·N(b*)/S. */
export function combinedEfficientRange(law: CombinedLaw, excess: number): { low: number; high: number } {
  const q = ((1 + excess) * combinedExamples(law, law.criticalBatchSize)) / law.limitSteps
  const half = (q - combinedBend(law)) / 2
  const root = Math.sqrt(Math.max(half * half - q * law.asymptote, 0))
  return { low: half - root, high: half + root }
}
