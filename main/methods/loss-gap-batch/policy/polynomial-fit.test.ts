import { describe, expect, it } from 'vitest'
import { derivativeAtZero, polynomialDerivative, polynomialFit, straightLine, type FitPoints } from './polynomial-fit.ts'
import reference from './reference/polynomial-fit.json' with { type: 'json' }
import { slopeT } from './signal-track.ts'

interface Point {
  readonly x: number
  readonly y: number
  readonly weight: number
}

/** With room for more, as the policy keeps them. */
function columns(points: readonly Point[]): FitPoints {
  const column = (of: (point: Point) => number) => Float64Array.from([...points.map(of), Number.NaN, Number.NaN])
  return { count: points.length, x: column(({ x }) => x), y: column(({ y }) => y), weight: column(({ weight }) => weight) }
}

const series = (values: readonly number[], place = (i: number): number => i): FitPoints => columns(values.map((y, i) => ({ x: place(i), y, weight: 1 })))

describe('polynomialFit', () => {
  it.each(reference.fits)('has the derivatives, errors and deviation of numpy at degree $degree', ({ degree, derivatives, standardErrors, deviation }) => {
    const fit = polynomialFit(columns(reference.points), degree)!
    for (let order = 0; order <= degree; order++) {
      const { value, standardError } = derivativeAtZero(fit, order)
      expect(value / derivatives[order]!).toBeCloseTo(1, 8)
      expect(standardError / standardErrors[order]!).toBeCloseTo(1, 8)
    }
    expect(fit.deviation).toBeCloseTo(deviation, 10)
  })

  it('has the straight line of numpy in closed form', () => {
    const [line, numpy] = [straightLine(columns(reference.points))!, reference.fits[0]!]
    expect(line.coefficients[1]! / numpy.derivatives[1]!).toBeCloseTo(1, 10)
    expect(line.standardErrors.map((error, i) => error / numpy.standardErrors[i]!)).toEqual([expect.closeTo(1, 10), expect.closeTo(1, 10)])
    expect(line.deviation).toBeCloseTo(numpy.deviation, 10)
  })

  it('finds that 1.00, 0.98, 0.97, 0.97 still falls: t is -3.1623', () => {
    const line = straightLine(series([1, 0.98, 0.97, 0.97]))!
    expect(line.coefficients[1]).toBeCloseTo(-0.01, 12)
    expect(line.standardErrors[1]).toBeCloseTo(0.0031623, 7)
    expect(slopeT(line)).toBeCloseTo(-3.1623, 4)
  })

  it('finds that 0.70, 0.72, 0.69, 0.71, 0.70 is flat: t is -0.2425', () => {
    const line = straightLine(series([0.7, 0.72, 0.69, 0.71, 0.7]))!
    expect(line.coefficients[1]).toBeCloseTo(-0.001, 12)
    expect(slopeT(line)).toBeCloseTo(-0.2425, 4)
  })

  it('R5: gives the n-th derivative: 4, 3, 2.5, 2.3, 2.2 by 1000 examples has a third one of -2e-10', () => {
    // Differences: D1 -0.001, -0.0005, -0.0002, -0.0001; D2 5e-7, 3e-7, 1e-7; D3 -2e-10 twice, so a cubic goes through all.
    const fit = polynomialFit(series([4, 3, 2.5, 2.3, 2.2], (i) => 1000 * (i - 3)), 3)!
    expect(derivativeAtZero(fit, 3).value * 1e9).toBeCloseTo(-0.2, 8)
    expect(derivativeAtZero(fit, 2).value * 1e6).toBeCloseTo(0.1, 8) // the central difference at the fourth point
    expect(derivativeAtZero(fit, 1).value * 1e3).toBeCloseTo(-0.15 + 0.2 / 6, 8)
  })

  it('gives slopes of exactly 0 for a constant series', () => {
    const fit = polynomialFit(series(Array<number>(20).fill(0.1 + 0.2)), 3)!
    expect(fit.coefficients).toEqual([0.1 + 0.2, 0, 0, 0])
    expect(fit.deviation).toBe(0)
    expect(slopeT(straightLine(series(Array<number>(20).fill(0.3)))!)).toBe(0)
  })

  it('weighs a point of twice the examples as two points', () => {
    const double = polynomialFit(columns([{ x: 0, y: 1, weight: 2 }, { x: 1, y: 3, weight: 1 }, { x: 2, y: 2, weight: 1 }]), 1)!
    const twice = polynomialFit(columns([{ x: 0, y: 1, weight: 1 }, { x: 0, y: 1, weight: 1 }, { x: 1, y: 3, weight: 1 }, { x: 2, y: 2, weight: 1 }]), 1)!
    expect(double.coefficients[1]).toBeCloseTo(twice.coefficients[1]!, 12)
  })

  it('refuses fewer than degree + 2 points, and too few distinct places', () => {
    expect(polynomialFit(series([1, 2, 3]), 2)).toBeNull()
    expect(polynomialFit(columns([0, 0, 0, 1, 1].map((x, i) => ({ x, y: i, weight: 1 }))), 2)).toBeNull()
  })

  it.each([1, 2, 3, 4])('gives derivative %i alone as with its error, to the last bit', (order) => {
    const points = columns(reference.points)
    expect(polynomialDerivative(points, order)).toBe(derivativeAtZero(polynomialFit(points, order + 1)!, order).value)
    expect(polynomialDerivative(series([1, 2]), order)).toBeNull()
  })

  it('is not disturbed by a longer fit before it', () => {
    const short = polynomialFit(series([1, 4, 2, 8, 5, 7]), 2)
    polynomialFit(columns(reference.points), 4)
    expect(polynomialFit(series([1, 4, 2, 8, 5, 7]), 2)).toEqual(short)
  })
})
