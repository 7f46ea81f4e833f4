import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { fieldTexts, formats } from '../../../i18n.ts'
import type { SettingWords } from './setting-words.ts'

/** What settings are named with now: it follows the window's language. */
export function useSettingWords(): ComputedRef<SettingWords> {
  const { t } = useI18n()
  return computed(() => ({ texts: fieldTexts.value, formats: formats.value, t: (key, values = {}) => t(key, values) }))
}
