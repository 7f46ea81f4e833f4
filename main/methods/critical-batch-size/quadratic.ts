/**
 * SGD on f(θ) = ½L|θ|² with gradient noise of variance σ²/b, exactly: what the law is held against.
 *
 * The expected squared gradient after k steps is m_k = C2/b + ρᵏ(m0 − C2/b), ρ = (1 − ηL)², with C2 = Lησ²/(2 − Lη).
 * The law of {@link IidukaLaw} is about the *mean* of m over the steps; the *last* m obeys another one, whose minimum is
 * much closer to b0. So a batch size is critical only together with the rule that stopped the run.
 */
export interface Quadratic {
  readonly smoothness: number
  readonly step: number
  /** σ², per example. */
  readonly variance: number
  /** m0, the squared gradient at the start. */
  readonly squaredGradient: number
  /** ε². */
  readonly squaredTarget: number
}

/** C2/b, where the squared gradient settles. */
export function noiseFloor(problem: Quadratic, batchSize: number): number {
  const product = problem.smoothness * problem.step
  return (product * problem.variance) / (2 - product) / batchSize
}

/** Steps until m_K ≤ ε². Infinity where the noise floor is above it. */
export function stepsOfLast(problem: Quadratic, batchSize: number): number {
  const floor = noiseFloor(problem, batchSize)
  if (floor >= problem.squaredTarget) return Infinity
  return Math.log((problem.squaredGradient - floor) / (problem.squaredTarget - floor)) / -Math.log(contraction(problem))
}

/**
 * Steps until the mean of m_0 … m_{K−1} is at most ε². Infinity where the noise floor is above it.
 *
 * The mean is C2/b + (m0 − C2/b)(1 − ρᴷ)/(K(1 − ρ)); it falls with K, so bisection finds K.
 */
export function stepsOfMean(problem: Quadratic, batchSize: number): number {
  const floor = noiseFloor(problem, batchSize)
  if (floor >= problem.squaredTarget) return Infinity
  const rho = contraction(problem)
  const mean = (steps: number) => floor + ((problem.squaredGradient - floor) * -Math.expm1(steps * Math.log(rho))) / (steps * (1 - rho))
  let low = 0
  let high = (problem.squaredGradient - floor) / ((1 - rho) * (problem.squaredTarget - floor))
  for (let i = 0; i < 200 && high - low > 1e-9 * high; i++) {
    const middle = (low + high) / 2
    if (mean(middle) > problem.squaredTarget) low = middle
    else high = middle
  }
  return high
}

/** ρ = (1 − ηL)². */
function contraction(problem: Quadratic): number {
  return (1 - problem.smoothness * problem.step) ** 2
}
