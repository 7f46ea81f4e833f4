import { describe, expect, it } from 'vitest'
import { comparisonVerdictCode, comparisonWarningCode } from '../../../main/methods/loss-gap-batch/report.ts'
import { createFormats } from '../../format.ts'
import { i18n } from '../../i18n.ts'
import { points } from '../comparison/points.ts'
import { createComparisonSentences } from './comparison-sentences.ts'

const inLocale = (locale: 'en' | 'ja') => {
  i18n.global.locale.value = locale
  return createComparisonSentences((key, named) => i18n.global.t(key, named), createFormats(locale))
}
const facts = { updatesRatio: 0.271, updatesLow: 0.22, updatesHigh: 0.33, accuracyGain: -0.0111, gainLow: -0.0465, gainHigh: 0.0243, tolerance: 0.01, ended: 3, runs: 18, failed: 2, count: 2, total: 3, batchMax: 512, arm: 'cabs', reason: 'no room' }

describe('the sentences of a comparison', () => {
  it('tell the verdict with its interval', () => {
    expect(inLocale('en').verdict({ code: 'better', reason: '', facts })).toBe('The controller is as accurate as the fixed small batch and takes 0.27 times its updates (between 0.22 and 0.33).')
    expect(inLocale('en').verdict({ code: 'less-accurate', reason: '', facts })).toContain('−1.1 pt against the fixed small batch (between −4.7 pt and +2.4 pt), more than the 1 pt tolerated')
  })

  it.each(['en', 'ja'] as const)('leave no place empty, in %s', (locale) => {
    const sentences = inLocale(locale)
    const all = [...comparisonVerdictCode.options.map((code) => sentences.verdict({ code, reason: '', facts })), ...comparisonWarningCode.options.map((code) => sentences.warning({ code, message: '', facts }))]
    for (const sentence of all) expect(sentence).not.toMatch(/\{|\}|lossGap\./)
  })

  it('name the ways and write ratios with their interval', () => {
    expect(inLocale('en').warning({ code: 'at-largest', message: '', facts })).toContain('CABS ended at its largest batch, 512')
    expect(inLocale('en').ratio({ value: 0.27, low: 0.22, high: 0.33, n: 3 })).toBe('0.27 (0.22 – 0.33)')
    expect(inLocale('en').ratio({ value: 1, low: null, high: null, n: 1 })).toBe('1')
    expect(points(0, createFormats('en'))).toBe('±0 pt')
  })
})
