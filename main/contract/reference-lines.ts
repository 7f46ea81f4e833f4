import { LoupeError } from './errors.ts'

/** What channels that have nothing to do with each other still show. */
export interface NoiseFloor {
  /** Of ρ²: E ρ² = 1/(N − 1). */
  readonly squared: number
  /** Of |ρ|: E |ρ| = Γ((N − 1)/2)/(√π·Γ(N/2)), about √(2/(π(N − 1))). */
  readonly absolute: number
}

/**
 * The correlation that independent channels show by chance: below it, a loss fits the noise of the batch.
 *
 * For ρ² it is exact for independent channels of any distribution; for |ρ|, of normal ones. Channels that are merely uncorrelated may lie
 * above. It holds for independent samples: of positions, which are alike where they are neighbours, the true floor is higher.
 *
 * @param samples  N, from 2. Of streams that keep their own means: freedom + 1.
 *
 * @example N = 64: 0.015873 and 0.100924. N = 8: 0.142857 and 0.3125.
 */
export function noiseFloor(samples: number): NoiseFloor {
  requireCount('samples', samples)
  return { squared: 1 / (samples - 1), absolute: meanAbsoluteNoise(samples) }
}

/** By E(N + 2) = E(N)·(N − 1)/N from E(2) = 1 and E(3) = 2/π; Γ itself would overflow. */
function meanAbsoluteNoise(samples: number): number {
  let value = samples % 2 === 0 ? 1 : 2 / Math.PI
  for (let n = samples % 2 === 0 ? 2 : 3; n < samples; n += 2) value *= (n - 1) / n
  return value
}

/**
 * The mean of ρ² over pairs below which no training can bring it, for want of samples.
 *
 *     (C − N + 1)/((N − 1)(C − 1)) where C > N − 1, else 0
 *
 * Correlations of N samples have a rank of at most N − 1, so N − 1 eigenvalues add up to C, and their squares to C²/(N − 1) at least. As |ρ|
 * is at least ρ², it bounds the mean of |ρ| as well.
 *
 * @param size  `channels`: C, live ones; `samples`: N, both from 2. Of streams that keep their own means: freedom + 1.
 *
 * @example C = 256: 0.012014 at N = 64, 0.028463 at N = 32, 1 at N = 2.
 */
export function rankBound({ channels, samples }: { readonly channels: number; readonly samples: number }): number {
  requireCount('channels', channels)
  requireCount('samples', samples)
  return Math.max(0, channels - samples + 1) / ((samples - 1) * (channels - 1))
}

/** What a loss between channels is summed over and of what, as far as its reference lines depend on it. */
export interface LinedLoss {
  readonly penalty: 'squared' | 'absolute'
  readonly reduction: 'mean' | 'sum' | 'channel'
  readonly features: readonly {
    /** Live ones. */
    readonly channels: number
    /** N of this feature. */
    readonly samples: number
    readonly weight: number
  }[]
}

/**
 * The noise floor of a loss and the bound that its rank sets, in the loss's own unit: {@link noiseFloor} and {@link rankBound} of each feature, times
 * its weight and the pairs that its reduction counts, C(C − 1)/2 for "sum", C − 1 for "channel", 1 for "mean".
 *
 * @example 3 channels at N = 8, weight 1, ρ², "sum": floor 3/7, bound 0.
 */
export function referenceLines({ penalty, reduction, features }: LinedLoss): { readonly floor: number; readonly bound: number } {
  const total = (line: (feature: LinedLoss['features'][number]) => number) => features.reduce((sum, feature) => sum + feature.weight * pairsCounted(reduction, feature.channels) * line(feature), 0)
  return { floor: total(({ samples }) => noiseFloor(Math.min(samples, MANY_SAMPLES))[penalty]), bound: total(rankBound) }
}

function pairsCounted(reduction: LinedLoss['reduction'], channels: number): number {
  if (reduction === 'mean') return 1
  return reduction === 'sum' ? (channels * (channels - 1)) / 2 : channels - 1
}

/**
 * A mean of ρ² less what noise adds to it: ρ² − (1 − ρ²)/(N − 2). Near 0 for channels that are independent; it may be below.
 *
 * @param samples  N, from 3.
 */
export function withoutNoise(squared: number, samples: number): number {
  requireCount('samples', samples, 3)
  return squared - (1 - squared) / (samples - 2)
}

/** What a threshold for a mean of ρ² or |ρ| asks for, given a batch; see {@link judgeThreshold}. */
export type ThresholdJudgement =
  | { readonly kind: 'reachable' }
  /** Below the noise floor: only channels that are uncorrelated in each batch by more than chance get there. */
  | { readonly kind: 'unlikely'; readonly floor: number; readonly samples: number }
  /** Below what the rank allows: `least` is the least value there is. */
  | { readonly kind: 'unreachable'; readonly least: number; readonly samples: number }

export interface ThresholdQuestion {
  readonly penalty: 'squared' | 'absolute'
  /** Of the mean over pairs. Divide that of a sum by C(C − 1)/2. */
  readonly threshold: number
  readonly channels: number
  readonly samples: number
}

/**
 * Says before a run starts whether a completion threshold can be met with its batch, and if not, by how many samples.
 *
 * `samples` is the least N with which the threshold is no longer below the bound or floor; infinite for a threshold of 0 and the floor.
 *
 * @throws LoupeError `invalid-input` for a threshold below 0, and counts below 2.
 *
 * @example ρ² ≤ 0.01 of 256 channels at N = 64: unreachable, 0.012014 is the least; from N = 74 it is possible, from N = 101 likely.
 */
export function judgeThreshold({ penalty, threshold, channels, samples }: ThresholdQuestion): ThresholdJudgement {
  if (!(threshold >= 0)) throw new LoupeError('invalid-input', `A completion threshold is a number from 0 on, got ${threshold}.`, { threshold })
  const least = rankBound({ channels, samples })
  if (threshold < least) return { kind: 'unreachable', least, samples: samplesWithin(channels, threshold) }
  const floor = noiseFloor(samples)[penalty]
  if (threshold < floor) return { kind: 'unlikely', floor, samples: samplesAtFloor(penalty, threshold) }
  return { kind: 'reachable' }
}

/** The least N whose rank bound is not above a threshold: N − 1 ≥ C/(1 + t(C − 1)). */
function samplesWithin(channels: number, threshold: number): number {
  const samples = Math.max(2, Math.ceil(channels / (1 + threshold * (channels - 1))) + 1)
  return rankBound({ channels, samples }) > threshold ? samples + 1 : samples // by rounding
}

/** The least N whose noise floor is not above a threshold. */
function samplesAtFloor(penalty: 'squared' | 'absolute', threshold: number): number {
  if (threshold === 0) return Number.POSITIVE_INFINITY
  const exact = penalty === 'squared' ? 1 + 1 / threshold : 1 + 2 / (Math.PI * threshold * threshold)
  let samples = Math.max(2, Math.floor(exact) - 1)
  if (samples > MANY_SAMPLES) return Math.ceil(exact)
  while (noiseFloor(samples)[penalty] > threshold) samples++
  return samples
}

/** Above it, one sample more or less is not worth counting: the floor is below 0.001 there, and exact sums of |ρ| take long. */
const MANY_SAMPLES = 1e6

function requireCount(name: string, value: number, least = 2): void {
  if (Number.isInteger(value) && value >= least) return
  throw new LoupeError('invalid-input', `Reference lines of correlations need a whole number of ${name} from ${least}, got ${value}.`, { [name]: value })
}
