export interface FitPoint {
  readonly x: number
  readonly y: number
  /** Anything proportional to 1/Var(y). */
  readonly weight: number
}

/** y = Σ a_k·x^k by weighted least squares. */
export interface PolynomialFit {
  /** a_0, a_1, … */
  readonly coefficients: readonly number[]
  /** Of each coefficient, from the scatter about the curve. */
  readonly standardErrors: readonly number[]
  /** Standard deviation about the curve of a point of mean weight. */
  readonly deviation: number
}

/** Columns that keep less than this of their length are taken for combinations of those before them. */
const DEPENDENT = 1e-10

/**
 * Fits a polynomial by weighted least squares.
 *
 * Solved by orthogonalising the columns √w·x^k one after another (modified Gram-Schmidt, with y as a last column), which squares
 * no condition number as the normal equations do; give x of about 1 in size. y is taken about its mean first, so a constant series has slopes of exactly 0.
 *
 * @returns Null where fewer than degree + 2 points have a weight, or too few distinct x: there would be no curve, or nothing to tell its error from.
 * @see Björck 1967, "Solving linear least squares problems by Gram-Schmidt orthogonalization", BIT 7.
 */
export function polynomialFit(points: readonly FitPoint[], degree: number): PolynomialFit | null {
  const used = points.filter((point) => point.weight > 0)
  const n = used.length
  if (n < degree + 2) return null
  const { columns, rest, middle, meanWeight } = weightedColumns(used, degree)
  const upper = Array.from({ length: degree + 1 }, () => new Array<number>(degree + 1).fill(0))
  const projections: number[] = []
  for (let k = 0; k <= degree; k++) {
    const column = columns[k]!
    const before = Math.sqrt(dot(column, column))
    for (let j = 0; j < k; j++) upper[j]![k] = removeDirection(columns[j]!, column)
    const length = Math.sqrt(dot(column, column))
    if (!(length > DEPENDENT * before)) return null
    upper[k]![k] = length
    scale(column, 1 / length)
    projections.push(removeDirection(column, rest))
  }
  const coefficients = backSubstitute(upper, projections)
  coefficients[0]! += middle
  const variance = dot(rest, rest) / (n - degree - 1)
  return {
    coefficients,
    standardErrors: inverseRowLengths(upper).map((length) => Math.sqrt(variance) * length),
    deviation: Math.sqrt(variance / meanWeight),
  }
}

/** √w·x^k for each power, and √w·(y − mean of y). Plain loops over typed arrays: fits are made while training waits. */
function weightedColumns(points: readonly FitPoint[], degree: number): { readonly columns: readonly Float64Array[]; readonly rest: Float64Array; readonly middle: number; readonly meanWeight: number } {
  const middle = weightedMean(points)
  const columns = Array.from({ length: degree + 1 }, () => new Float64Array(points.length))
  const rest = new Float64Array(points.length)
  let total = 0
  for (let i = 0; i < points.length; i++) {
    const { x, y, weight } = points[i]!
    const root = Math.sqrt(weight)
    total += weight
    rest[i] = root * (y - middle)
    let power = root
    for (let k = 0; k <= degree; k++) {
      columns[k]![i] = power
      power *= x
    }
  }
  return { columns, rest, middle, meanWeight: total / points.length }
}

/** The same for a straight line, in closed form: it is fitted once a bucket, while training waits. */
export function straightLine(points: readonly FitPoint[]): PolynomialFit | null {
  let [weight, meanX, meanY] = [0, 0, 0]
  for (const point of points) {
    weight += point.weight
    meanX += (point.weight / weight) * (point.x - meanX)
    meanY += (point.weight / weight) * (point.y - meanY)
  }
  let [xx, xy, yy] = [0, 0, 0]
  for (const point of points) {
    const [dx, dy] = [point.x - meanX, point.y - meanY]
    xx += point.weight * dx * dx
    xy += point.weight * dx * dy
    yy += point.weight * dy * dy
  }
  if (points.length < 3 || !(xx > 0)) return null
  const slope = xy / xx
  const variance = Math.max(0, yy - slope * xy) / (points.length - 2)
  return {
    coefficients: [meanY - slope * meanX, slope],
    standardErrors: [Math.sqrt(variance * (1 / weight + meanX ** 2 / xx)), Math.sqrt(variance / xx)],
    deviation: Math.sqrt((variance * points.length) / weight),
  }
}

/** The n-th derivative at x = 0, n!·a_n, and its standard error; 0 beyond the degree. */
export function derivativeAtZero(fit: PolynomialFit, order: number): { readonly value: number; readonly standardError: number } {
  let factorial = 1
  for (let k = 2; k <= order; k++) factorial *= k
  return { value: factorial * (fit.coefficients[order] ?? 0), standardError: factorial * (fit.standardErrors[order] ?? 0) }
}

/** As a correction from point to point, so that the mean of equal values is that value to the last bit. */
function weightedMean(points: readonly FitPoint[]): number {
  let [mean, weight] = [0, 0]
  for (const point of points) {
    weight += point.weight
    mean += (point.weight / weight) * (point.y - mean)
  }
  return mean
}

/** Takes out of `vector` what lies along a unit vector; returns how much that was. */
function removeDirection(unit: Float64Array, vector: Float64Array): number {
  const along = dot(unit, vector)
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! - along * unit[i]!
  return along
}

function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * factor
}

function backSubstitute(upper: readonly (readonly number[])[], right: readonly number[]): number[] {
  const solution = [...right]
  for (let k = right.length - 1; k >= 0; k--) {
    for (let j = k + 1; j < right.length; j++) solution[k]! -= upper[k]![j]! * solution[j]!
    solution[k]! /= upper[k]![k]!
  }
  return solution
}

/** Lengths of the rows of R⁻¹: the roots of the diagonal of (RᵀR)⁻¹. */
function inverseRowLengths(upper: readonly (readonly number[])[]): number[] {
  const squares = upper.map(() => 0)
  for (let k = 0; k < upper.length; k++) {
    const column = backSubstitute(upper, upper.map((_row, j) => (j === k ? 1 : 0)))
    for (let row = 0; row < column.length; row++) squares[row] = squares[row]! + column[row]! ** 2
  }
  return squares.map(Math.sqrt)
}

function dot(one: Float64Array, other: Float64Array): number {
  let total = 0
  for (let i = 0; i < one.length; i++) total += one[i]! * other[i]!
  return total
}
