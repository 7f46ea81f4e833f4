import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ArmName } from '../../../main/methods/loss-gap-batch/config.ts'
import type { ComparisonFacts, LossGapBatchReport, Ratio } from '../../../main/methods/loss-gap-batch/report.ts'
import type { Formats } from '../../format.ts'
import { formats } from '../../i18n.ts'
import { points } from '../comparison/points.ts'

type Words = (key: string, named: Record<string, unknown>) => string

export interface ComparisonSentences {
  verdict(verdict: LossGapBatchReport['verdict']): string
  warning(warning: LossGapBatchReport['warnings'][number]): string
  arm(arm: ArmName): string
  /** 0.27 (0.22 – 0.33). */
  ratio(ratio: Ratio): string
}

/** What a comparison says in sentences, in the window's language, built from its codes and numbers. */
export function useComparisonSentences(): ComputedRef<ComparisonSentences> {
  const { t } = useI18n()
  return computed(() => createComparisonSentences((key, named) => t(key, named), formats.value))
}

export function createComparisonSentences(t: Words, f: Formats): ComparisonSentences {
  const words = (facts: ComparisonFacts) => Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, wordOf(name, value, t, f)]))
  return {
    verdict: ({ code, facts }) => t(`lossGap.study.verdict.code.${code}`, words(facts)),
    warning: ({ code, facts }) => t(`lossGap.study.warning.${code}`, words(facts)),
    arm: (arm) => t(`lossGap.study.arm.${arm}`, {}),
    ratio: ({ value, low, high }) => (low === null || high === null ? times(value, f) : `${times(value, f)} (${times(low, f)} – ${times(high, f)})`),
  }
}

/** A fact as it is written: names say what kind of number they hold. */
function wordOf(name: string, value: number | string, t: Words, f: Formats): string {
  if (typeof value === 'string') return name === 'arm' ? t(`lossGap.study.arm.${value}`, {}) : value
  if (name === 'tolerance') return points(value, f).replace('+', '')
  if (name.startsWith('gain') || name === 'accuracyGain') return points(value, f)
  if (name.startsWith('updates') || name.endsWith('Ratio')) return times(value, f)
  return f.count(value)
}

function times(ratio: number, f: Formats): string {
  return f.significant(ratio, ratio < 1 ? 2 : 3)
}
