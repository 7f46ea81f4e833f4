import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ComparedSettings } from '../../../../main/contract/compare-settings.ts'
import { fieldCalled } from '../../../../main/contract/filter/fields.ts'
import type { FieldValue } from '../../../../main/contract/annotations.ts'
import { isMetricKey, metrics } from '../../../../main/contract/metrics.ts'
import { fieldTexts, formats, metricNames } from '../../../i18n.ts'
import { cellText } from '../../runs/columns.ts'
import { fieldChoices } from './field-choices.ts'
import type { FieldChoice } from './field-choices.ts'
import { numberText, settingText, settingValueText } from './setting-words.ts'
import { useSettingWords } from './use-setting-words.ts'

/** Units that say nothing on an axis. */
const unnamedUnits: ReadonlySet<string> = new Set(['1', 'fraction', '0 or 1'])

export interface KnownFields {
  readonly choices: readonly FieldChoice[]
  readonly labelOf: (name: string) => string
  /** A value of a field as people read it, with its unit where it has one. */
  readonly textOf: (name: string, value: FieldValue) => string
  /** A number of a field on an axis, whose name has the unit. */
  readonly tickOf: (name: string, value: number) => string
  /** What an axis of the field is called, its unit with it. */
  readonly axisOf: (name: string) => string
  readonly isNumber: (name: string) => boolean
}

/** Fields that charts of the compared runs may show, in the window's language. */
export function useFieldChoices(compared: () => ComparedSettings | null): ComputedRef<KnownFields> {
  const { t, te } = useI18n()
  const words = useSettingWords()
  return computed(() => {
    const data = compared()
    const names = {
      column: (column: string) => (te(`runs.column.${column}`) ? t(`runs.column.${column}`) : column),
      statistic: (statistic: 'min' | 'max', metric: string) => t(`runs.statistic.${statistic}`, { metric }),
      metrics: metricNames.value,
      settings: fieldTexts.value,
    }
    const choices = data === null ? [] : fieldChoices(data, { words: words.value, names })
    const known = new Map(choices.map((choice) => [choice.name, choice] as const))
    const studies = new Map((data?.runs ?? []).map(({ studyId, studyName }) => [studyId, studyName || studyId] as const))
    const labelOf = (name: string) => known.get(name)?.label ?? name
    const unitOf = (name: string) => {
      const field = fieldCalled(name)
      if (field?.source.from === 'config') return settingText(name, fieldTexts.value)?.unit
      if (field?.source.from !== 'metric' || !isMetricKey(field.source.key)) return undefined
      const { unit } = metrics[field.source.key]
      return unnamedUnits.has(unit) ? undefined : unit
    }
    return {
      choices,
      labelOf,
      axisOf(name) {
        const unit = unitOf(name)
        return unit === undefined ? labelOf(name) : `${labelOf(name)} (${unit})`
      },
      tickOf(name, value) {
        const field = fieldCalled(name)
        return field?.source.from === 'config' ? numberText(name, value, formats.value) : cellText({ field, value, formats: formats.value, yesNo: ['', ''] })
      },
      isNumber: (name) => known.get(name)?.isNumber ?? false,
      textOf(name, value) {
        const field = fieldCalled(name)
        if (field?.source.from === 'config') return settingValueText(name, value, words.value)
        if (name === 'study' && typeof value === 'string') return studies.get(value) ?? value
        if (name === 'status' && typeof value === 'string') return t(`status.${value}`)
        return cellText({ field, value, formats: formats.value, yesNo: [t('runs.yes'), t('runs.no')] })
      },
    }
  })
}
