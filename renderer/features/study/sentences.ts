import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { SentenceFacts } from '../../../main/methods/critical-batch-size/report.ts'
import type { Formats } from '../../format.ts'
import { formats } from '../../i18n.ts'
import type { StudyReport } from './study.store.ts'
import { readBatchSize } from './verdict.ts'

type Words = (key: string, named: Record<string, unknown>) => string

export interface Sentences {
  /** What the sweep shows; “so far” while runs are left. */
  verdict(report: StudyReport): string
  warning(warning: StudyReport['warnings'][number]): string
  /** What the gate says, one sentence a condition. */
  gate(gate: StudyReport['gate']): readonly string[]
}

/** What a report says in sentences, in the window's language, built from its codes and numbers. */
export function useSentences(): ComputedRef<Sentences> {
  const { t } = useI18n()
  return computed(() => createSentences(t, formats.value))
}

export function createSentences(t: Words, f: Formats): Sentences {
  const words = (facts: SentenceFacts) => Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, wordOf(name, value, t, f)]))
  return {
    verdict({ criticalBatchSize: { verdict, estimate, low, high }, gate }) {
      const sentence = t(`study.verdict.code.${verdict}`, { b: estimate === null ? '–' : readBatchSize(estimate, low, high, f) })
      const isUnderWay = verdict !== 'pending' && (gate.status === 'sweeping' || gate.status === 'estimating' || gate.status === 'over-budget')
      return isUnderWay ? t('study.verdict.soFar', { sentence }) : sentence
    },
    warning: ({ code, facts }) => t(`study.warning.${code}`, words(facts)),
    // What has no code is said as it came.
    gate: ({ reasons, details }) => (details.length === reasons.length ? details.map(({ code, facts }) => t(`study.reason.${code}`, words(facts))) : reasons),
  }
}

/** A fact as it is written: names say what kind of number they hold. */
function wordOf(name: string, value: SentenceFacts[string], t: Words, f: Formats): string {
  if (Array.isArray(value)) return value.map((one) => f.count(one)).join(', ')
  if (typeof value === 'string') return name === 'criterion' ? t(`study.criterion.${value}`, {}) : t(`study.verdict.short.${value}`, {}) // the two names that facts hold
  if (name === 'share' || name === 'wanted') return f.percent(value)
  if (name === 'hours' || name === 'budget') return f.duration(value * 3600)
  if (name === 'ratio' || name === 'allowed' || name === 'product') return f.significant(value)
  return f.count(value)
}
