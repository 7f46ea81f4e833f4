/** One run that reached the target. */
export interface MeasuredSteps {
  readonly batchSize: number
  readonly seed: number
  /** K, to the target. */
  readonly steps: number
}

/** The runs of one batch size, as a fit sees them. */
export interface BatchNoise {
  readonly batchSize: number
  readonly runs: number
  readonly meanLogSteps: number
  /** Σ (log K − mean)² within the batch size. */
  readonly squares: number
  /** Variance of log K from seed to seed, moderated, as a multiple of the pooled one. */
  readonly relativeVariance: number
}

export interface RelativeNoise {
  readonly batches: readonly BatchNoise[]
  /** Variance of log K from seed to seed, pooled over batch sizes; 0 where no batch size has two runs. */
  readonly pooledVariance: number
  /** Degrees of freedom of the pooled variance: runs less batch sizes. */
  readonly degrees: number
}

/** How many degrees of freedom the pooled variance counts against a batch size's own. */
const PRIOR_DEGREES = 8

/**
 * How much K scatters from seed to seed, relative to K.
 *
 * Two or three seeds say next to nothing about their own variance, so it is pooled: K is taken to scatter by the same share
 * at every batch size, and a batch size moves away from the common share as its own seeds grow many,
 *
 *     v_i = (8·v + Σ(log K − mean)²)/(8 + n_i − 1)
 *
 * A batch size with one seed takes the common share. To first order Var(log K) = Var(K)/K², and Var(1/K) = Var(K)/K⁴.
 *
 * @see Smyth 2004, "Linear models and empirical Bayes methods", Stat. Appl. Genet. Mol. Biol. 3 (moderated variance).
 */
export function relativeNoise(points: readonly MeasuredSteps[]): RelativeNoise {
  const groups = new Map<number, number[]>()
  for (const point of points) groups.set(point.batchSize, [...(groups.get(point.batchSize) ?? []), Math.log(point.steps)])
  const raw = [...groups.entries()]
    .sort(([one], [other]) => one - other)
    .map(([batchSize, logs]) => {
      const meanLogSteps = logs.reduce((total, value) => total + value, 0) / logs.length
      return { batchSize, runs: logs.length, meanLogSteps, squares: logs.reduce((total, value) => total + (value - meanLogSteps) ** 2, 0) }
    })
  const degrees = points.length - raw.length
  const squares = raw.reduce((total, batch) => total + batch.squares, 0)
  const pooledVariance = degrees > 0 ? squares / degrees : 0
  return {
    pooledVariance,
    degrees,
    batches: raw.map((batch) => ({
      ...batch,
      relativeVariance: pooledVariance > 0 ? (PRIOR_DEGREES + batch.squares / pooledVariance) / (PRIOR_DEGREES + batch.runs - 1) : 1,
    })),
  }
}
