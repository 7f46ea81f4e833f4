import { describe, expect, it } from 'vitest'
import { drawn } from '../test/drawn.ts'
import { maximumLikelihood } from './distribution.ts'
import { families } from './families.ts'
import { takeSample } from './sample.ts'
import { checkRatio, countBeyond, isBeyond, limitsAt, ratioOfNonZeros, thresholdDistance } from './threshold.ts'
import type { Side } from './threshold.ts'

const x = [-3, -1, 0, 1, 3]
const y = [-1, -0.5, -0.2, 0, 0.1, 0.3, 0.4, 0.8, 1.2, 5]

/** What each family keeps of the values, zeros taken for values like all others; ν is given as 3. */
function keptBy(values: readonly number[], { ratio, side }: { ratio: number; side: Side }) {
  const sample = takeSample(values, 'ignore')
  return families.map((family) => {
    const { constants } = family.fit(sample, { ...maximumLikelihood, degreesOfFreedom: 3 })
    const distance = thresholdDistance(family.at(constants), { ratio, side })
    const limits = limitsAt({ location: constants.location, distance, side })
    const kept = values.filter((value) => isBeyond(value, limits))
    expect(countBeyond(sample, limits)).toBe(kept.length)
    return { family: family.id, distance, kept }
  })
}

describe('worked examples', () => {
  it('half of −3, −1, 0, 1, 3 is −3 and 3 by all four families', () => {
    const found = keptBy(x, { ratio: 0.5, side: 'both' })
    ;[1.34898, 1.109035, 1.23686, 1.2773597].forEach((distance, i) => expect(found[i]!.distance).toBeCloseTo(distance, 6))
    for (const { kept } of found) expect(kept).toEqual([-3, 3])
  })

  it('a fifth of the ten values is 5, and −1 too by the Student-t', () => {
    const found = keptBy(y, { ratio: 0.2, side: 'both' })
    ;[2.02262, 1.496777, 1.339317, 1.116061].forEach((distance, i) => expect(found[i]!.distance).toBeCloseTo(distance, 6))
    expect(found.map(({ kept }) => kept)).toEqual([[5], [5], [5], [-1, 5]])
  })

  it('one side keeps that side only', () => {
    for (const { kept } of keptBy(x, { ratio: 0.25, side: 'upper' })) expect(kept).toEqual([3])
    for (const { kept } of keptBy(x, { ratio: 0.25, side: 'lower' })) expect(kept).toEqual([-3])
  })
})

describe('the mask', () => {
  const values = drawn('student-t-4', { count: 20_000, seed: 8 })
  const maskOf = (data: ArrayLike<number>, family: (typeof families)[number], ratio = 0.01) => {
    const { constants } = family.fit(takeSample(data), maximumLikelihood)
    const limits = limitsAt({ location: constants.location, distance: thresholdDistance(family.at(constants), { ratio, side: 'both' }), side: 'both' })
    return { limits, kept: Array.from(data, (value) => isBeyond(value, limits)) }
  }

  it.each(families)('of $id stays when the values are scaled or shifted, and is mirrored with them', (family) => {
    const { limits, kept } = maskOf(values, family)
    const scaled = maskOf(Float64Array.from(values, (value) => 1024 * value), family)
    expect(scaled.kept).toEqual(kept)
    expect(scaled.limits.upper / 1024).toBeCloseTo(limits.upper, 8)
    expect(maskOf(Float64Array.from(values, (value) => value + 3), family).kept).toEqual(kept)
    expect(maskOf(values.map((value) => -value), family).kept).toEqual(kept)
  })

  it.each(families)('of $id shrinks inside itself as the ratio falls', (family) => {
    const masks = [0.5, 0.1, 0.01, 0.001].map((ratio) => maskOf(values, family, ratio).kept)
    for (let i = 1; i < masks.length; i++) masks[i]!.forEach((isKept, at) => expect(!isKept || masks[i - 1]![at]).toBe(true))
  })

  it('holds values that are equal to a limit', () => {
    const limits = limitsAt({ location: 1, distance: 2, side: 'both' })
    expect([-1, -0.999, 2.999, 3].map((value) => isBeyond(value, limits))).toEqual([true, false, false, true])
    expect(isBeyond(-9, limitsAt({ location: 1, distance: 2, side: 'upper' }))).toBe(false)
    expect(isBeyond(9, limitsAt({ location: 1, distance: 2, side: 'lower' }))).toBe(false)
  })

  it('of a distance of 0 is everything, zeros too', () => {
    const sample = takeSample([0, 0, -1, 1, 2])
    expect(countBeyond(sample, limitsAt({ location: 1, distance: 0, side: 'both' }))).toBe(5)
  })
})

describe('the ratio', () => {
  it('is refused outside its range, which is said', () => {
    for (const ratio of [0, -0.1, 1.01, NaN, Infinity]) expect(() => checkRatio(ratio, 'both')).toThrow(/above 0 and at most 1/)
    for (const side of ['upper', 'lower'] as const) expect(() => checkRatio(0.6, side)).toThrow(/at most 0.5, got 0.6/)
    for (const [ratio, side] of [[1, 'both'], [1e-5, 'both'], [0.5, 'upper']] as const) expect(() => checkRatio(ratio, side)).not.toThrow()
  })

  it('asked of the non-zeros is larger, and none where they are too few', () => {
    expect(ratioOfNonZeros({ ratio: 0.01, count: 100, zeros: 20 })).toBeCloseTo(0.0125, 12)
    expect(ratioOfNonZeros({ ratio: 0.5, count: 100, zeros: 50 })).toBeNull()
    expect(ratioOfNonZeros({ ratio: 1, count: 100, zeros: 0 })).toBe(1)
  })
})
