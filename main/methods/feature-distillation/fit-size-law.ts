import { fisherTail } from '../student.ts'
import { spreadOf } from '../spread.ts'
import type { SizeLaw } from './report.ts'

/** Errors of networks of one size, one of each seed. */
export interface SizePoint {
  readonly parameters: number
  readonly errors: readonly { readonly seed: number; readonly error: number }[]
}

type Fit = NonNullable<SizeLaw['fit']>

/** Below, a line says nothing of its own fit. */
export const FEWEST_SIZES = 3
const FEWEST_FOR_FLOOR = 4
const FLOORS = 400
/** How rarely chance alone may make a floor look as good. */
const SIGNIFICANCE = 0.05

/**
 * Fits error = scale · parameters^−exponent (+ floor) by least squares on the logarithms of the mean errors, which are geometric.
 *
 * The interval of the exponent is Student's, over the exponents of the seeds one by one: their mean is that of the fit. A floor is taken only from four
 * sizes on and where an F test says that chance would rarely make it as good; null for fewer than three sizes, or an error of 0.
 *
 * @example Errors 0.4, 0.2, 0.1 at 100, 400, 1600 parameters: exponent ½, scale 4.
 * @see Hestness et al. 2017, "Deep learning scaling is predictable, empirically", arXiv:1712.00409.
 */
export function fitSizeLaw(points: readonly SizePoint[], confidence: number): Fit | null {
  const rows = points.map(({ parameters, errors }) => ({ x: Math.log(parameters), error: geometricMean(errors.map(({ error }) => error)) }))
  if (new Set(points.map(({ parameters }) => parameters)).size < FEWEST_SIZES || rows.some(({ error }) => !(error > 0))) return null
  const floor = floorOf(rows)
  const line = lineThrough(rows, floor)
  const exponents = seedExponents(points, floor)
  const spread = exponents === null ? null : spreadOf(exponents, confidence)
  const logs = rows.map(({ error }) => Math.log(error))
  const total = sumOfSquares(logs.map((value) => value - mean(logs)))
  return {
    scale: Math.exp(line.intercept),
    exponent: -line.slope,
    low: spread?.low ?? null,
    high: spread?.high ?? null,
    floor: floor === 0 ? null : floor,
    r2: total === 0 ? 1 : 1 - residualSquares(rows, floor) / total,
  }
}

interface Row {
  /** Logarithm of the parameters. */
  readonly x: number
  readonly error: number
}

/** Error that no size takes away; 0 where the law without it is as good. */
function floorOf(rows: readonly Row[]): number {
  if (rows.length < FEWEST_FOR_FLOOR) return 0
  const least = Math.min(...rows.map(({ error }) => error))
  const tried = Array.from({ length: FLOORS }, (_, index) => (least * index) / FLOORS).map((floor) => ({ floor, squares: residualSquares(rows, floor) }))
  const best = tried.reduce((found, one) => (one.squares < found.squares ? one : found))
  const without = residualSquares(rows, 0)
  const degrees = rows.length - 3
  if (best.floor === 0 || best.squares === 0) return best.floor
  return fisherTail((without - best.squares) / (best.squares / degrees), 1, degrees) < SIGNIFICANCE ? best.floor : 0
}

/** Of the logarithms of the errors from those of the law with this floor. */
function residualSquares(rows: readonly Row[], floor: number): number {
  const { slope, intercept } = lineThrough(rows, floor)
  return sumOfSquares(rows.map(({ x, error }) => Math.log(error) - Math.log(Math.exp(intercept + slope * x) + floor)))
}

function lineThrough(rows: readonly Row[], floor: number): { readonly slope: number; readonly intercept: number } {
  const [xs, ys] = [rows.map(({ x }) => x), rows.map(({ error }) => Math.log(error - floor))]
  const [meanX, meanY] = [mean(xs), mean(ys)]
  const slope = xs.reduce((sum, x, index) => sum + (x - meanX) * ((ys[index] ?? 0) - meanY), 0) / sumOfSquares(xs.map((x) => x - meanX))
  return { slope, intercept: meanY - slope * meanX }
}

/** Of each seed that has all sizes; null where one of them cannot be taken over the floor. */
function seedExponents(points: readonly SizePoint[], floor: number): number[] | null {
  const seeds = points[0]?.errors.map(({ seed }) => seed) ?? []
  const rows = seeds.flatMap((seed) => {
    const own = points.flatMap(({ parameters, errors }) => errors.filter((one) => one.seed === seed).map(({ error }) => ({ x: Math.log(parameters), error })))
    return own.length === points.length ? [own] : []
  })
  return rows.every((own) => own.every(({ error }) => error > floor)) ? rows.map((own) => -lineThrough(own, floor).slope) : null
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0)
}
