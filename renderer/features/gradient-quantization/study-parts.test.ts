import { describe, expect, it } from 'vitest'
import type { Spread } from '../../../main/contract/spread.ts'
import type { QuantizationArm } from '../../../main/methods/gradient-quantization/config.ts'
import type { GradientQuantizationReport, QuantizedArm } from '../../../main/methods/gradient-quantization/report.ts'
import { chartColors } from '../../charts/colors.ts'
import { createFormats } from '../../format.ts'
import { i18n } from '../../i18n.ts'
import { quantizationLook } from './arm-looks.ts'
import { tradeOption } from './charts/trade-option.ts'
import { createQuantizationSentences } from './study-sentences.ts'
import { tradePoints } from './trade-points.ts'

const formats = createFormats('en')
const sentences = createQuantizationSentences((key, named) => i18n.global.t(key, named), formats)
const spread = (mean: number, change: Partial<Spread> = {}): Spread => ({ mean, deviation: 0.01, n: 3, low: mean - 0.02, high: mean + 0.02, ...change })
const arm = (name: QuantizationArm, change: Partial<QuantizedArm> = {}): QuantizedArm => ({
  arm: name,
  runs: 3,
  done: 3,
  failed: 0,
  accuracy: spread(0.86),
  validationAccuracy: null,
  testAccuracy: null,
  trainLoss: null,
  accuracyGain: null,
  cost: null,
  gainWithoutMemory: null,
  bytesUp: spread(1e6),
  bytesDown: spread(3e6),
  bytesUpPerStep: null,
  bytesDownPerStep: null,
  compressionUp: null,
  compressionDown: null,
  askedRatio: null,
  keptRatio: null,
  achievedRatio: null,
  emptyShare: null,
  relativeError: null,
  cosine: null,
  stepMs: null,
  stepMsRatio: null,
  parts: { compute: null, fit: null, encode: null, transfer: null, update: null },
  ...change,
})
const says = (verdict: Omit<GradientQuantizationReport['verdict'], 'reason'>, arms: readonly QuantizedArm[] = []) => sentences.verdict({ verdict: { ...verdict, reason: '' }, arms: [...arms] })

describe('what a comparison of compressors says', () => {
  it('names the ways within the tolerance, the best of them, and the others', () => {
    const facts = { tolerance: 0.01, within: 'fitted-laplace, top-k', costs: 'random-k', undecided: 'qsgd', best: 'fitted-laplace', bestFactor: 94.2, bestGain: -0.003, withoutMemory: 'fitted-laplace-no-memory' }
    expect(says({ code: 'some-within', facts }, [arm('fitted-laplace-no-memory', { gainWithoutMemory: spread(-0.031) })])).toBe(
      'At most 1 pt of accuracy is lost against dense by: Laplace, Top-k. Laplace sends 94.2 times fewer bytes up. Surely more is lost by: Random-k. These seeds do not tell of: QSGD. Without memory the accuracy changes: Laplace −3.1 pt.',
    )
  })

  it('says how far it is, and why there is nothing to say', () => {
    expect(says({ code: 'pending', facts: { ended: 3, runs: 33 } })).toBe('Not all runs have ended: 3 of 33.')
    expect(says({ code: 'no-dense', facts: { failed: 3 } })).toContain('held against nothing')
    expect(says({ code: 'single-seed', facts: { tolerance: 0.01, undecided: 'top-k' } })).not.toContain('Top-k')
    expect(says({ code: 'none-within', facts: { tolerance: 0.02, costs: 'top-k' } })).toBe('Every way costs more than 2 pt of accuracy against dense.')
  })

  it('warns with numbers that one reads', () => {
    expect(sentences.warning({ code: 'misfit', message: '', facts: { arm: 'fitted-normal', achieved: 10.66, low: 0.8, high: 1.25 } })).toContain('Normal sent 10.7 times what was asked for (0.8 to 1.25 would do)')
    expect(sentences.warning({ code: 'empty-steps', message: '', facts: { arm: 'fitted-cauchy', count: 40, share: 0.125 } })).toContain('in 12.5% of its exchanges')
    expect(sentences.warning({ code: 'failed-runs', message: '', facts: { arm: 'top-k', count: 1, total: 3, reason: 'It broke.' } })).toBe('1 of 3 runs of Top-k failed: It broke.')
  })
})

describe('the looks of the ways', () => {
  it('give one method one colour, dashed without memory, dotted of weight deltas, and no two methods the same', () => {
    for (const mode of ['light', 'dark'] as const) {
      const colors = chartColors(mode)
      expect(quantizationLook('top-k-no-memory', colors)).toEqual({ color: quantizationLook('top-k', colors).color, dash: 'dashed' })
      expect(quantizationLook('top-k-deltas', colors)).toEqual({ color: quantizationLook('top-k', colors).color, dash: 'dotted' })
      const methods = ['dense', 'fitted-normal', 'fitted-laplace', 'fitted-cauchy', 'fitted-student-t', 'fitted-auto', 'top-k', 'random-k', 'threshold', 'sidco', 'qsgd', 'terngrad', 'one-bit'] as const
      expect(new Set(methods.map((method) => quantizationLook(method, colors).color)).size).toBe(methods.length)
    }
  })
})

describe('accuracy against bytes', () => {
  const options = { nameOf: (name: QuantizationArm) => name, lookOf: () => ({ color: '#123456' }) }

  it('adds up what is sent and received, with the interval where there is one', () => {
    const [first, second] = tradePoints({ arms: [arm('dense'), arm('top-k', { accuracy: spread(0.8, { low: null, high: null }) }), arm('qsgd', { accuracy: null })], ...options })
    expect(first).toMatchObject({ bytes: 4e6, accuracy: 0.86, low: 0.84, high: 0.88, look: 'dot' })
    expect(second).toMatchObject({ low: 0.79, high: 0.81 })
    expect(tradePoints({ arms: [arm('qsgd', { accuracy: null })], ...options })).toEqual([])
  })

  it('is drawn on a logarithmic axis with the whole of each interval in sight', () => {
    const points = tradePoints({ arms: [arm('dense'), arm('top-k', { bytesUp: spread(1e4), bytesDown: null })], ...options })
    const option = tradeOption({ colors: chartColors('light'), formats }, { points, within: 0.85, texts: { x: 'bytes', y: 'accuracy', within: 'tolerance' } })
    expect(option.xAxis).toMatchObject({ type: 'log' })
    expect(Reflect.get(option.yAxis ?? {}, 'min')).toBeLessThan(0.84)
    expect(Reflect.get(option.yAxis ?? {}, 'max')).toBeGreaterThan(0.88)
    expect((Array.isArray(option.series) ? option.series : []).map(({ name }) => name)).toEqual(['dense', 'dense', 'top-k', 'top-k', 'tolerance'])
  })
})
