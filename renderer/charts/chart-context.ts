import { computed } from 'vue'
import { isDark } from '../color-mode.ts'
import { formats } from '../i18n.ts'
import type { ChartContext } from './base-option.ts'
import { chartColors } from './colors.ts'

/** What charts are drawn with now: they follow the window's mode and language. */
export const chartContext = computed<ChartContext>(() => ({ colors: chartColors(isDark.value ? 'dark' : 'light'), formats: formats.value }))
