import { describe, expect, it } from 'vitest'
import { groupCurve } from './group-curve.ts'
import type { SmoothedCurve } from './group-curve.ts'

function curve(points: readonly (readonly [x: number, y: number])[]): SmoothedCurve {
  const y = Float64Array.from(points, ([, value]) => value)
  return { x: Float64Array.from(points, ([x]) => x), y, smoothed: y }
}

const three = [1, 2, 6].map((value) => curve([[0, value], [10, value + 1]]))

describe('the mean of a group of runs', () => {
  it('has the deviation of its sample around it', () => {
    const group = groupCurve(three, { spread: 'deviation', isHeld: false })
    expect([...group.y]).toEqual([3, 4])
    // deviations −2, −1, 3: their squares add up to 14, over n − 1 = 2
    expect(group.low[0]).toBeCloseTo(3 - Math.sqrt(7), 12)
    expect(group.high[0]).toBeCloseTo(3 + Math.sqrt(7), 12)
    expect([...group.runs]).toEqual([3, 3])
  })

  it('has Student’s 95 % interval of the mean', () => {
    // t(0.975, 2) = 4.302652729911275, as scipy.stats.t.ppf gives it
    const { low, high } = groupCurve(three, { spread: 'interval', isHeld: false })
    expect(low[0]).toBeCloseTo(3 - (4.302652729911275 * Math.sqrt(7)) / Math.sqrt(3), 9)
    expect(high[0]).toBeCloseTo(3 + (4.302652729911275 * Math.sqrt(7)) / Math.sqrt(3), 9)
  })

  it('has its least and greatest run', () => {
    const { low, high } = groupCurve(three, { spread: 'range', isHeld: false })
    expect([low[0], high[0], low[1], high[1]]).toEqual([1, 6, 2, 7])
  })

  it('reads each run between its own values, and at every place of the one with the most', () => {
    const group = groupCurve([curve([[0, 0], [10, 10]]), curve([[0, 0], [2, 4], [10, 4]])], { spread: 'deviation', isHeld: false })
    expect([...group.x]).toEqual([0, 2, 10])
    expect([...group.y]).toEqual([0, 3, 7])
  })

  it('reads values that hold as stairs', () => {
    const group = groupCurve([curve([[0, 0], [10, 10]]), curve([[0, 0], [2, 4], [10, 4]])], { spread: 'deviation', isHeld: true })
    expect([...group.y]).toEqual([0, 2, 7])
  })

  it('goes on where some have ended, and says how many are left', () => {
    const group = groupCurve([curve([[0, 1], [1, 1], [2, 1]]), curve([[0, 3], [3, 3]])], { spread: 'deviation', isHeld: false })
    expect([...group.x]).toEqual([0, 1, 2, 3])
    expect([...group.runs]).toEqual([2, 2, 2, 1])
    expect([...group.y]).toEqual([2, 2, 2, 3])
    expect(group.low[3]).toBeNaN()
  })

  it('deviates by exactly nothing where the runs are equal', () => {
    const equal = [0.1, 0.1, 0.1].map((value) => curve([[0, value], [1, value]]))
    const { low, high, y } = groupCurve(equal, { spread: 'deviation', isHeld: false })
    expect([...low, ...high, ...y]).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
  })

  it('takes the deviation of the smoothed runs, and the mean of both', () => {
    const runs = [0, 4].map((value) => ({ x: Float64Array.of(0), y: Float64Array.of(value), smoothed: Float64Array.of(value / 2) }))
    const group = groupCurve(runs, { spread: 'range', isHeld: false })
    expect([group.y[0], group.smoothed[0], group.low[0], group.high[0]]).toEqual([2, 1, 0, 2])
  })
})
