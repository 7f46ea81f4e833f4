/** Points of a fit, as columns that may be longer than `count`: fits are made while training waits, and an object a point takes longer than the sums. */
export interface FitPoints {
  readonly count: number
  readonly x: Float64Array
  readonly y: Float64Array
  /** Anything proportional to 1/Var(y), above 0. */
  readonly weight: Float64Array
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
 * @returns Null where there are fewer than degree + 2 points, or too few distinct x: there would be no curve, or nothing to tell its error from.
 * @see Björck 1967, "Solving linear least squares problems by Gram-Schmidt orthogonalization", BIT 7.
 */
export function polynomialFit(points: FitPoints, degree: number): PolynomialFit | null {
  const solved = orthogonalise(points, degree)
  if (solved === null) return null
  const { upper, projections, rest, mean, meanWeight } = solved
  const coefficients = backSubstitute(upper, projections)
  coefficients[0]! += mean
  const variance = dot(rest, rest, points.count) / (points.count - degree - 1)
  return {
    coefficients,
    standardErrors: inverseRowLengths(upper).map((length) => Math.sqrt(variance) * length),
    deviation: Math.sqrt(variance / meanWeight),
  }
}

/**
 * The n-th derivative at x = 0 of the polynomial of degree n + 1 through the points, without the errors of {@link polynomialFit}.
 *
 * @returns Null where that is.
 */
export function polynomialDerivative(points: FitPoints, order: number): number | null {
  const solved = orthogonalise(points, order + 1)
  if (solved === null) return null
  return factorial(order) * backSubstitute(solved.upper, solved.projections)[order]!
}

/** The same for a straight line, in closed form: it is fitted once a bucket, while training waits. */
export function straightLine({ count, x, y, weight }: FitPoints): PolynomialFit | null {
  let total = 0
  let meanX = 0
  let meanY = 0
  for (let i = 0; i < count; i++) {
    total += weight[i]!
    meanX += (weight[i]! / total) * (x[i]! - meanX)
    meanY += (weight[i]! / total) * (y[i]! - meanY)
  }
  let xx = 0
  let xy = 0
  let yy = 0
  for (let i = 0; i < count; i++) {
    const dx = x[i]! - meanX
    const dy = y[i]! - meanY
    xx += weight[i]! * dx * dx
    xy += weight[i]! * dx * dy
    yy += weight[i]! * dy * dy
  }
  if (count < 3 || !(xx > 0)) return null
  const slope = xy / xx
  const variance = Math.max(0, yy - slope * xy) / (count - 2)
  return {
    coefficients: [meanY - slope * meanX, slope],
    standardErrors: [Math.sqrt(variance * (1 / total + meanX ** 2 / xx)), Math.sqrt(variance / xx)],
    deviation: Math.sqrt((variance * count) / total),
  }
}

/** The n-th derivative at x = 0, n!·a_n, and its standard error; 0 beyond the degree. */
export function derivativeAtZero(fit: PolynomialFit, order: number): { readonly value: number; readonly standardError: number } {
  return { value: factorial(order) * (fit.coefficients[order] ?? 0), standardError: factorial(order) * (fit.standardErrors[order] ?? 0) }
}

function factorial(n: number): number {
  let product = 1
  for (let k = 2; k <= n; k++) product *= k
  return product
}

interface Orthogonalised {
  /** R of the columns √w·x^k = Q·R. */
  readonly upper: readonly (readonly number[])[]
  /** Of √w·(y − mean of y) onto the columns of Q. */
  readonly projections: readonly number[]
  /** What of it lies along none of them. */
  readonly rest: Float64Array
  readonly mean: number
  readonly meanWeight: number
}

/** Vectors of the last fit, or longer: a fit leaves none behind for the garbage collector. */
const scratch: Float64Array[] = []

function scratchVector(index: number, length: number): Float64Array {
  const known = scratch[index]
  if (known !== undefined && known.length >= length) return known
  const made = new Float64Array(length)
  scratch[index] = made
  return made
}

function orthogonalise(points: FitPoints, degree: number): Orthogonalised | null {
  const { count } = points
  if (count < degree + 2) return null
  const { columns, rest, mean, meanWeight } = weightedColumns(points, degree)
  const upper: number[][] = []
  const projections: number[] = []
  for (let k = 0; k <= degree; k++) upper.push(new Array<number>(degree + 1).fill(0))
  for (let k = 0; k <= degree; k++) {
    const column = columns[k]!
    const before = Math.sqrt(dot(column, column, count))
    for (let j = 0; j < k; j++) upper[j]![k] = removeDirection(columns[j]!, column, count)
    const length = Math.sqrt(dot(column, column, count))
    if (!(length > DEPENDENT * before)) return null
    upper[k]![k] = length
    scale(column, 1 / length, count)
    projections.push(removeDirection(column, rest, count))
  }
  return { upper, projections, rest, mean, meanWeight }
}

/** √w·x^k for each power, and √w·(y − mean of y). */
function weightedColumns({ count, x, y, weight }: FitPoints, degree: number): { readonly columns: readonly Float64Array[]; readonly rest: Float64Array; readonly mean: number; readonly meanWeight: number } {
  const rest = scratchVector(0, count)
  const columns: Float64Array[] = []
  for (let k = 0; k <= degree; k++) columns.push(scratchVector(k + 1, count))
  // The mean as a correction from point to point, so that that of equal values is their value to the last bit.
  let mean = 0
  let total = 0
  for (let i = 0; i < count; i++) {
    total += weight[i]!
    mean += (weight[i]! / total) * (y[i]! - mean)
  }
  const roots = columns[0]!
  for (let i = 0; i < count; i++) {
    const root = Math.sqrt(weight[i]!)
    roots[i] = root
    rest[i] = root * (y[i]! - mean)
  }
  for (let k = 1; k <= degree; k++) {
    const before = columns[k - 1]!
    const column = columns[k]!
    for (let i = 0; i < count; i++) column[i] = before[i]! * x[i]!
  }
  return { columns, rest, mean, meanWeight: total / count }
}

/** Takes out of `vector` what lies along a unit vector; returns how much that was. */
function removeDirection(unit: Float64Array, vector: Float64Array, count: number): number {
  const along = dot(unit, vector, count)
  for (let i = 0; i < count; i++) vector[i] = vector[i]! - along * unit[i]!
  return along
}

function scale(vector: Float64Array, factor: number, count: number): void {
  for (let i = 0; i < count; i++) vector[i] = vector[i]! * factor
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

function dot(one: Float64Array, other: Float64Array, count: number): number {
  let total = 0
  for (let i = 0; i < count; i++) total += one[i]! * other[i]!
  return total
}
