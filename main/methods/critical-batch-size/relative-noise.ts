import { minimise } from './minimise.ts'

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
  /** Variance of log K from seed to seed at the middle of the batch sizes, pooled along its trend; 0 where no batch size has two runs. */
  readonly pooledVariance: number
  /** Degrees of freedom of the pooled variance: runs less batch sizes. */
  readonly degrees: number
}

/** How many degrees of freedom the trend counts against a batch size's own. */
const PRIOR_DEGREES = 8
/** Standard deviation of the trend's exponent before any seed was seen: seeds that say nothing leave the noise even. */
const PRIOR_EXPONENT = 1

/**
 * How much K scatters from seed to seed, relative to K.
 *
 * Two or three seeds say next to nothing about their own variance, so it is pooled over batch sizes: the variance of log K is taken
 * to follow a power of the batch size, v·b^β, and a batch size moves away from that as its own seeds grow many,
 *
 *     v_i = (8·v·b^β + Σ(log K − mean)²)/(8 + n_i − 1)
 *
 * Small batches scatter more (on the default sweep by 32 % at 32 and 2 % at 1024), and b* is read where they lie: one common
 * share would make its interval too narrow. β is the most probable one, with a normal prior about 0. To first order
 * Var(log K) = Var(K)/K², and Var(1/K) = Var(K)/K⁴.
 *
 * @see Smyth 2004, "Linear models and empirical Bayes methods", Stat. Appl. Genet. Mol. Biol. 3 (moderated variance; the trend is ours).
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
  const trend = trendOf(raw)
  const squares = raw.reduce((total, batch) => total + batch.squares / trend(batch.batchSize), 0)
  const pooledVariance = degrees > 0 ? squares / degrees : 0
  return {
    pooledVariance,
    degrees,
    batches: raw.map((batch) => ({
      ...batch,
      relativeVariance: pooledVariance > 0 ? (PRIOR_DEGREES * trend(batch.batchSize) + batch.squares / pooledVariance) / (PRIOR_DEGREES + batch.runs - 1) : 1,
    })),
  }
}

/**
 * The trend of the variance, b^β, as a multiple of that at the middle of the batch sizes (by log).
 *
 * The squares of a batch size are σ²·χ² with n − 1 degrees of freedom; v has a closed form for each β, so that
 * −log probability = ½·Σν·log(Σ SS·b^−β/Σν) + ½·β·Σν·log b + ½·β².
 */
function trendOf(batches: readonly { readonly batchSize: number; readonly runs: number; readonly squares: number }[]): (batchSize: number) => number {
  const known = batches.filter((batch) => batch.runs > 1)
  const degrees = known.reduce((total, batch) => total + batch.runs - 1, 0)
  if (known.length < 2 || known.every((batch) => batch.squares === 0)) return () => 1
  const middle = batches.reduce((total, batch) => total + Math.log(batch.batchSize), 0) / batches.length
  const rows = known.map((batch) => ({ x: Math.log(batch.batchSize) - middle, degrees: batch.runs - 1, squares: batch.squares }))
  const improbability = (exponent: number) => {
    const scaled = rows.reduce((total, row) => total + row.squares * Math.exp(-exponent * row.x), 0)
    const slope = rows.reduce((total, row) => total + row.degrees * row.x, 0)
    return (degrees * Math.log(scaled / degrees) + exponent * slope + (exponent / PRIOR_EXPONENT) ** 2) / 2
  }
  const found = minimise({ low: -4, high: 4, points: 33, precision: 1e-6, value: improbability })
  // The search ends about 1e-7 beside the best exponent: where it explains nothing that an even noise does not, there is no trend.
  const exponent = found.value < improbability(0) - 1e-10 ? found.x : 0
  return (batchSize) => Math.exp(exponent * (Math.log(batchSize) - middle))
}
