import type { MeasuredSteps, RelativeNoise } from './relative-noise.ts'
import { fisherTail } from '../student.ts'
import { weightedLine, type WeightedLine } from './weighted-line.ts'

/** What a law is linear in: 1/K for the law with a minimum, K itself for the one without. Both against 1/b. */
export type Response = 'inverse-steps' | 'steps'

/** A law's line, with covariances scaled to the noise that the points show. */
export interface FittedLine extends WeightedLine {
  /** Variance of log K that the covariances were scaled by. */
  readonly scale: number
  /** Degrees of freedom of that scale, for Student's t. */
  readonly degrees: number
  /** True where the means lie further from the line than the seeds explain (F test, 5 %): then the misfit sets the scale. */
  readonly misfit: boolean
}

/** Where the line falls below this share of the measured value, the weight goes by the measured one: a line near 0 would weigh without bound. */
const WEIGHT_FLOOR = 0.3
const MISFIT_PROBABILITY = 0.05

/**
 * Fits y = 1/K or y = K as a straight line in 1/b, each run a point, weighted by 1/Var(y), Var(y) = v·ŷ².
 *
 * With v the variance of log K this is Var(K)/K⁴ for y = 1/K. The weights are taken at the fitted ŷ and renewed until they
 * hold still: taken at the measured y, every run that came out low would count too much.
 *
 * The scale of the errors comes from the scatter of seeds and the distance of the line together; where the line is further off
 * than the scatter allows, from that distance alone, with the few degrees of freedom it has. So the interval does not shrink
 * to nothing because seeds agree on points that the law does not describe.
 *
 * @returns Null with fewer than 3 batch sizes.
 */
export function fitLine(points: readonly MeasuredSteps[], noise: RelativeNoise, response: Response): FittedLine | null {
  if (noise.batches.length < 3) return null
  const value = response === 'steps' ? (steps: number) => steps : (steps: number) => 1 / steps
  const typical = new Map(noise.batches.map((batch) => [batch.batchSize, value(Math.exp(batch.meanLogSteps))]))
  const variance = new Map(noise.batches.map((batch) => [batch.batchSize, batch.relativeVariance]))
  let line: WeightedLine | null = null
  for (let round = 0; round < 30; round++) {
    const last: WeightedLine | null = line
    line = weightedLine(
      points.map((point) => {
        const own = typical.get(point.batchSize) ?? value(point.steps)
        const fitted = last === null ? own : Math.max(last.intercept + last.slope / point.batchSize, WEIGHT_FLOOR * own)
        return { x: 1 / point.batchSize, y: value(point.steps), weight: 1 / ((variance.get(point.batchSize) ?? 1) * fitted * fitted) }
      }),
    )
    if (line === null) return null
    if (last !== null && Math.abs(line.slope - last.slope) <= 1e-12 * Math.abs(line.slope) && Math.abs(line.intercept - last.intercept) <= 1e-12 * Math.abs(line.intercept)) break
  }
  return line === null ? null : scaled(line, points.length, noise)
}

function scaled(line: WeightedLine, runs: number, noise: RelativeNoise): FittedLine {
  const pure = noise.batches.reduce((total, batch) => total + batch.squares / batch.relativeVariance, 0)
  const beyond = Math.max(line.chiSquared - pure, 0)
  const spare = noise.batches.length - 2
  const misfit = noise.degrees > 0 && pure > 0 && fisherTail(beyond / spare / (pure / noise.degrees), spare, noise.degrees) < MISFIT_PROBABILITY
  const degrees = misfit || noise.degrees === 0 ? spare : runs - 2
  const scale = (misfit ? beyond : line.chiSquared) / degrees
  return {
    ...line,
    interceptVariance: line.interceptVariance * scale,
    slopeVariance: line.slopeVariance * scale,
    covariance: line.covariance * scale,
    scale,
    degrees,
    misfit,
  }
}
