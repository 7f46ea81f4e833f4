import { describe, expect, it } from 'vitest'
import { decorrelationVerdictCode, decorrelationWarningCode } from '../../../main/methods/channel-decorrelation/report.ts'
import { createFormats } from '../../format.ts'
import { i18n } from '../../i18n.ts'
import { ja } from '../../locales/ja/index.ts'
import { createFewLabelSentences } from './study-sentences.ts'

const words = createFewLabelSentences((key, named) => i18n.global.t(key, named), createFormats('en'))
const spread = (mean: number, reach: number | null) => ({ mean, deviation: null, n: 3, low: reach === null ? null : mean - reach, high: reach === null ? null : mean + reach })
const none = { pairs: 3, validationLoss: null, lossGap: null, meanCorrelation: null, effectiveRank: null, deadChannels: null, variance: null, stepMs: null }
const arm = (way: '3a' | '3b', fraction: number, gain: number, rest: object = {}) => ({ id: `${way} labels=${fraction}`, way, fraction, labels: fraction * 54_000, standing: 'not-shown' as const, gapStanding: null, varianceStanding: null, against: { ...none, accuracy: spread(gain, 0.01), accuracyGap: spread(-0.02, 0.01) }, ...rest })

describe('sentences of a comparison on few labels', () => {
  it('name an arm by its way and share', () => {
    expect(['supervised labels=0.01', '3b labels=1', 'vicreg labels=0.005'].map(words.arm)).toEqual(['Supervised on 1% of the labels', '3B on 100% of the labels', 'VICReg on 0.5% of the labels'])
  })

  it('go through the shares, and say of gaps and variances', () => {
    const arms = [arm('3a', 0.01, 0.002), arm('3b', 0.01, 0.03, { standing: 'better', gapStanding: 'smaller' }), arm('3b', 1, -0.04, { standing: 'worse', varianceStanding: 'shrunk' })]
    expect(words.verdict({ confidence: 0.95, verdict: { code: 'mixed', reason: '', facts: {} }, arms })).toEqual([
      'Decorrelating helps somewhere and hurts elsewhere (95% intervals).',
      'With 1% of the labels (540): better 3B (+3 pt, +2 pt to +4 pt); no difference shown for 3A (+0.2 pt, −0.8 pt to +1.2 pt).',
      'With 100% of the labels (54,000): worse 3B (−4 pt, −5 pt to −3 pt).',
      'The gap between training and validation accuracy is smaller with 3B on 1% of the labels (−2 pt).',
      'The variance of the channels falls by more than 20% with 3B on 100% of the labels.',
    ])
    const single = [arm('3a', 0.01, 0.02, { standing: null, against: { ...none, accuracy: spread(0.02, null), accuracyGap: null } })]
    expect(words.verdict({ confidence: 0.95, verdict: { code: 'single-seed', reason: '', facts: {} }, arms: single })).toEqual(['One seed of each way, so chance is not told from effect.', 'With 1% of the labels (540): by one seed 3A (+2 pt).'])
    expect(words.verdict({ confidence: 0.95, verdict: { code: 'pending', reason: '', facts: { ended: 3, runs: 9 } }, arms })).toEqual(['Not all runs have ended: 3 of 9.'])
  })

  it('say every warning and verdict without a gap, in both languages', () => {
    const facts = { arm: '3b labels=0.05', count: 1, total: 3, reason: 'NaN', comparisons: 12, byChance: 0.6, fraction: 0.05, labels: 2700, classes: 10, splitSeed: 0, term: 'labelled', loss: 0.016, floor: 0.0159, batchSize: 64, stream: 'labelled', samples: 8, variance: 0.5, limit: 0.8, dead: 4, supervised: 1, rank: -2.5, terms: 'entropy, auxiliary', ways: 'decov, vicreg', warmupSteps: 500, steps: 600 }
    for (const locale of ['en', 'ja'] as const) {
      i18n.global.locale.value = locale
      if (locale === 'ja') i18n.global.setLocaleMessage('ja', ja)
      for (const code of decorrelationWarningCode.options) expect(words.warning({ code, message: '', facts }), `${locale} ${code}`).not.toMatch(/\{|fewLabels\.|\(\)/)
      for (const code of decorrelationVerdictCode.options) expect(words.verdict({ confidence: 0.95, verdict: { code, reason: '', facts: { ended: 1, runs: 2 } }, arms: [arm('3a', 0.05, 0)] }).join(' '), `${locale} ${code}`).not.toMatch(/\{|fewLabels\.|\(\)/)
    }
    i18n.global.locale.value = 'en'
    expect(words.warning({ code: 'noise-floor', message: '', facts })).toBe('The correlation of 3B on 5% of the labels has come to 0.016 on labelled examples, and chance makes 0.016 of independent channels in batches of 64: a larger batch would say more.')
  })
})
