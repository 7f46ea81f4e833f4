/**
 * The law of constant-step (and, by the paper, Armijo) SGD on a non-convex function, as a straight line:
 *
 *     1/K = a − s/b        a = ε²/C1, s = C2/C1
 *
 * K steps at batch size b bring the mean squared gradient norm to ε² (C1/K + C2/b ≤ ε²). Below b0 = s/a no number of
 * steps does. N = K·b, the examples, has one minimum, at b* = 2·b0: the critical batch size.
 *
 * @see Imaizumi and Iiduka 2024, arXiv:2402.15344; Tsukada and Iiduka 2025, arXiv:2307.13831.
 */
export interface IidukaLaw {
  /** 1/steps as the batch size goes to infinity. */
  readonly a: number
  /** Loss of 1/steps per unit of 1/batch size, examples/steps. Positive where larger batches need fewer steps. */
  readonly s: number
}

/** The constants of the bound C1/K + C2/b ≤ ε². */
export interface BoundConstants {
  readonly c1: number
  readonly c2: number
  /** ε². */
  readonly squaredTarget: number
}

export function iidukaLaw(bound: BoundConstants): IidukaLaw {
  return { a: bound.squaredTarget / bound.c1, s: bound.c2 / bound.c1 }
}

/**
 * The constants that theory gives for a constant step η on an L-smooth function.
 *
 *     C1 = 2(f0 − f*)/((2 − Lη)η)        C2 = Lησ²/(2 − Lη)        0 < η < 2/L
 *
 * @param problem.gap  f0 − f*.
 * @param problem.variance  σ², trace of the per-example gradient covariance.
 * @returns Null where η ≥ 2/L: the step is too large for the bound.
 */
export function boundOfConstantStep(problem: { smoothness: number; step: number; gap: number; variance: number; squaredTarget: number }): BoundConstants | null {
  const slack = 2 - problem.smoothness * problem.step
  if (slack <= 0) return null
  return {
    c1: (2 * problem.gap) / (slack * problem.step),
    c2: (problem.smoothness * problem.step * problem.variance) / slack,
    squaredTarget: problem.squaredTarget,
  }
}

/** K(b), steps to the target. Infinity at and below b0. */
export function iidukaSteps(law: IidukaLaw, batchSize: number): number {
  const inverse = law.a - law.s / batchSize
  return inverse > 0 ? 1 / inverse : Infinity
}

/** N(b) = K(b)·b, examples to the target. */
export function iidukaExamples(law: IidukaLaw, batchSize: number): number {
  return iidukaSteps(law, batchSize) * batchSize
}

/** b0 = s/a: at and below it the target is never reached. */
export function asymptote(law: IidukaLaw): number {
  return law.s / law.a
}

/** b* = 2·b0, where N is smallest. */
export function criticalBatchSize(law: IidukaLaw): number {
  return 2 * asymptote(law)
}

/** N(b)/N(b*) at r = b/b*: r²/(2r − 1). Infinity for r ≤ ½. */
export function examplesRatio(r: number): number {
  return r > 0.5 ? (r * r) / (2 * r - 1) : Infinity
}

/**
 * Batch sizes, as multiples of b*, at which N is at most (1 + excess) times its smallest.
 *
 * Solves r²/(2r − 1) = q: r = q ± √(q² − q). For 20 % (q = 1.2): 0.710 to 1.690.
 */
export function efficientMultiples(excess: number): { low: number; high: number } {
  const q = 1 + excess
  const root = Math.sqrt(q * q - q)
  return { low: q - root, high: q + root }
}
