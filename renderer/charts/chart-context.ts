import { computed, nextTick, shallowRef } from 'vue'
import { isDark } from '../color-mode.ts'
import { formats } from '../i18n.ts'
import type { ChartContext } from './base-option.ts'
import { chartColors } from './colors.ts'

/** Whether charts are drawn for paper at this moment, whatever the window's mode. */
const isOnPaper = shallowRef(false)
const mode = computed(() => (isDark.value && !isOnPaper.value ? 'dark' : 'light'))

/** What charts are drawn with now: they follow the window's mode and language. */
export const chartContext = computed<ChartContext>(() => ({ colors: chartColors(mode.value), formats: formats.value }))

/** Takes something of the charts as they are on paper: light, with dark ink. The window shows nothing of it, for it draws only afterwards. */
export async function onPaper<T>(take: () => T): Promise<T> {
  isOnPaper.value = true
  await nextTick()
  try {
    return take()
  } finally {
    isOnPaper.value = false
  }
}
