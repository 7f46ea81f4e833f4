import { describe, expect, it } from 'vitest'
import { gateReasonCode, warningCode } from '../../../main/methods/critical-batch-size/report.ts'
import { createFormats } from '../../format.ts'
import { i18n } from '../../i18n.ts'
import { en } from '../../locales/en/index.ts'
import { pendingReport } from '../../test/records.ts'
import { createSentences } from './sentences.ts'

const sentences = (locale: 'en' | 'ja') => {
  i18n.global.locale.value = locale
  return createSentences(i18n.global.t, createFormats(locale))
}
const { stage } = pendingReport().gate

describe('what a report says in sentences', () => {
  it('has words for every warning and for all that the gate goes by', () => {
    expect(Object.keys(en.study.warning).toSorted()).toEqual(warningCode.options.toSorted())
    expect(Object.keys(en.study.reason).toSorted()).toEqual(gateReasonCode.options.toSorted())
  })

  it('puts the report’s numbers into the words of either language', () => {
    const warning = { code: 'censored' as const, message: '', facts: { count: 3, total: 24 } }
    expect(sentences('en').warning(warning)).toMatch(/^3 of 24 runs did not reach the target/)
    expect(sentences('ja').warning(warning)).toMatch(/^24 実行のうち 3 実行/)
    expect(sentences('en').warning({ code: 'large-for-data', message: '', facts: { sizes: [512, 1024], examples: 2000 } })).toContain('Batch size 512, 1,024 is over a quarter of the 2,000 training examples')
    expect(sentences('ja').warning({ code: 'criterion', message: '', facts: { criterion: 'train-loss' } })).toContain('学習損失')
  })

  it('says what the gate goes by, condition by condition', () => {
    const gate = {
      stage,
      status: 'refuted' as const,
      reasons: ['', '', ''],
      details: [
        { code: 'no-minimum' as const, facts: { verdict: 'edge-minimum' } },
        { code: 'interval-wide' as const, facts: { ratio: 2.513, allowed: 2 } },
        { code: 'saving-small' as const, facts: { size: 64, share: 0.034, wanted: 0.1 } },
      ],
    }
    expect(sentences('en').gate(gate)).toEqual([
      'The sweep shows no minimum inside its range (At the edge).',
      'The interval’s high end is 2.51 times its low end; more than the 2 allowed.',
      'Against batch size 64, b* saves 3% of the examples; less than the 10% wanted.',
    ])
    expect(sentences('ja').gate(gate)[2]).toContain('64')
    expect(sentences('en').gate({ ...gate, reasons: ['As it came.'], details: [] })).toEqual(['As it came.'])
  })

  it('says “so far” while runs are left', () => {
    const found = { ...pendingReport().criticalBatchSize, verdict: 'interior-minimum' as const, estimate: 53.2 }
    expect(sentences('en').verdict(pendingReport({ criticalBatchSize: found }))).toBe('So far: Batches near 53 reach the target with the fewest examples.')
    expect(sentences('en').verdict(pendingReport({ criticalBatchSize: found, gate: { stage, status: 'confirmed', reasons: [], details: [] } }))).toBe('Batches near 53 reach the target with the fewest examples.')
    expect(sentences('en').verdict(pendingReport())).toBe('The sweep has not got far enough for an answer.')
  })
})
