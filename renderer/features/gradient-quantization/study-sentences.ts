import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { QuantizationArm } from '../../../main/methods/gradient-quantization/config.ts'
import type { GradientQuantizationReport } from '../../../main/methods/gradient-quantization/report.ts'
import type { Formats } from '../../format.ts'
import { formats } from '../../i18n.ts'
import { points } from '../comparison/points.ts'

type Words = (key: string, named: Record<string, unknown>) => string

export interface QuantizationSentences {
  verdict(report: Pick<GradientQuantizationReport, 'verdict' | 'arms'>): string
  warning(warning: GradientQuantizationReport['warnings'][number]): string
  arm(arm: QuantizationArm): string
}

/** What a comparison of compressors says in sentences, in the window's language, built from its codes and numbers. */
export function useQuantizationSentences(): ComputedRef<QuantizationSentences> {
  const { t } = useI18n()
  return computed(() => createQuantizationSentences((key, named) => t(key, named), formats.value))
}

export function createQuantizationSentences(t: Words, f: Formats): QuantizationSentences {
  const armName = (arm: string) => t(`quantization.arm.${arm}`, {})
  const arms = (list: unknown) => (typeof list === 'string' ? list.split(',').map((arm) => armName(arm.trim())).join(', ') : '')
  const number = (value: unknown) => (typeof value === 'number' ? f.significant(value, value < 10 ? 2 : 3) : '')
  return {
    arm: armName,
    verdict({ verdict: { code, facts }, arms: found }) {
      const { tolerance, ended, runs, within, costs, undecided, withoutMemory, best, bestFactor } = facts
      const sentences = [t(`quantization.verdict.code.${code}`, { ended, runs, tolerance: typeof tolerance === 'number' ? points(tolerance, f).replace('+', '') : '', within: arms(within) })]
      if (typeof best === 'string') sentences.push(t('quantization.verdict.best', { arm: armName(best), factor: number(bestFactor) }))
      if (costs !== undefined && code !== 'none-within') sentences.push(t('quantization.verdict.costs', { arms: arms(costs) }))
      if (undecided !== undefined && code !== 'single-seed') sentences.push(t('quantization.verdict.undecided', { arms: arms(undecided) }))
      if (withoutMemory !== undefined) {
        const changed = found.flatMap(({ arm, gainWithoutMemory }) => (gainWithoutMemory === null ? [] : [t('quantization.verdict.byGain', { arm: armName(arm.replace('-no-memory', '')), gain: points(gainWithoutMemory.mean, f) })]))
        sentences.push(t('quantization.verdict.withoutMemory', { arms: changed.join(', ') }))
      }
      return sentences.join(' ')
    },
    warning({ code, facts }) {
      const { arm, share, achieved, ...others } = facts
      return t(`quantization.warning.${code}`, { ...others, arm: typeof arm === 'string' ? armName(arm) : '', share: typeof share === 'number' ? f.percent(share, 1) : '', achieved: number(achieved) })
    },
  }
}
