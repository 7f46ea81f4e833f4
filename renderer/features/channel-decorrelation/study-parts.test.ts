import { describe, expect, it } from 'vitest'
import { channelDecorrelationReport } from '../../../main/methods/channel-decorrelation/report.ts'
import type { DecorrelatedArm } from '../../../main/methods/channel-decorrelation/report.ts'
import type { Spread } from '../../../main/contract/spread.ts'
import { chartColors } from '../../charts/colors.ts'
import { createFormats } from '../../format.ts'
import { labelsOption } from './charts/labels-option.ts'
import { labelPoints } from './label-points.ts'
import { wayLook } from './way-looks.ts'

const spread = (mean: number, low: number | null = null): Spread => ({ mean, deviation: 0.01, n: 3, low, high: low === null ? null : 2 * mean - low })
const none = Object.fromEntries(Object.keys(channelDecorrelationReport.shape.arms.element.shape).map((name) => [name, null]))
const arm = (way: DecorrelatedArm['way'], fraction: number, accuracy: Spread | null) => ({ ...none, id: `${way} labels=${fraction}`, way, fraction, labels: 54_000 * fraction, runs: 3, done: 3, failed: 0, accuracy }) as unknown as DecorrelatedArm // all else is null
describe('a comparison on few labels, drawn', () => {
  const arms = [arm('supervised', 0.1, spread(0.7, 0.68)), arm('3b', 0.1, spread(0.72)), arm('supervised', 0.01, spread(0.6, 0.5)), arm('3b', 0.01, null)]

  it('has a line for each way, from few labels to many, with its interval or its deviation', () => {
    expect(labelPoints(arms, (one) => one.accuracy)).toEqual([
      { way: 'supervised', points: [{ labels: 540, fraction: 0.01, value: 0.6, low: 0.5, high: 0.7 }, { labels: 5400, fraction: 0.1, value: 0.7, low: 0.68, high: expect.closeTo(0.72, 12) }] },
      { way: '3b', points: [{ labels: 5400, fraction: 0.1, value: 0.72, low: 0.71, high: 0.73 }] },
    ])
  })

  it('moves points of one place apart, to both sides', () => {
    const context = { colors: chartColors('light'), formats: createFormats('en') }
    const ways = labelPoints(arms, (one) => one.accuracy).map(({ way, points }) => ({ name: way, look: wayLook(way, context.colors), points }))
    const { series } = labelsOption(context, { ways, format: String, texts: { x: 'x', y: 'y' } })
    const first = (index: number) => Number((Reflect.get(Object(Array.isArray(series) ? series[index] : null), 'data') as number[][]).at(-1)?.[0]) // pairs of numbers
    // Of each way a line, what its bars reach to, and the bars.
    expect([first(0) < 5400, first(3) > 5400]).toEqual([true, true])
  })

  it('widens its axis to the ends of the intervals, which bars alone do not', () => {
    const context = { colors: chartColors('light'), formats: createFormats('en') }
    const point = { labels: 100, fraction: 0.1, value: 0.8, low: 0.6, high: 0.97 }
    const { series } = labelsOption(context, { ways: [{ name: '3b', look: wayLook('3b', context.colors), points: [point] }], format: String, texts: { x: 'x', y: 'y' } })
    const reach = Reflect.get(Object(Array.isArray(series) ? series[1] : null), 'data') as number[][] // pairs of numbers
    expect(reach).toEqual([[100, 0.6], [100, 0.97]])
  })
})
