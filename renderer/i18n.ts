import { computed, shallowRef, watch } from 'vue'
import { createI18n } from 'vue-i18n'
import elementEn from 'element-plus/es/locale/lang/en.mjs'
import elementJa from 'element-plus/es/locale/lang/ja.mjs'
import zodEn from 'zod/v4/locales/en.js'
import zodJa from 'zod/v4/locales/ja.js'
import { z } from '../main/contract/zod.ts'
import { createFormats } from './format.ts'
import { config as configEn } from './locales/en/config.ts'
import { en } from './locales/en/index.ts'
import type { Messages } from './locales/en/index.ts'
import { metrics as metricsEn } from './locales/en/metrics.ts'
import { config as configJa } from './locales/ja/config.ts'
import { ja } from './locales/ja/index.ts'
import { metrics as metricsJa } from './locales/ja/metrics.ts'

export const languages = ['en', 'ja'] as const
export type Language = (typeof languages)[number]
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ja: '日本語' }

const storageKey = 'loupe.language'
const choice = shallowRef<Language>(preferred())
const extras = {
  en: { config: configEn, metrics: metricsEn, element: elementEn, zod: zodEn },
  ja: { config: configJa, metrics: metricsJa, element: elementJa, zod: zodJa },
}

export const i18n = createI18n<[Messages], Language, false>({ legacy: false, locale: choice.value, fallbackLocale: 'en', messages: { en, ja } })

export const language = computed({
  get: () => choice.value,
  set: (next: Language) => {
    choice.value = next
    localStorage.setItem(storageKey, next)
  },
})
export const formats = computed(() => createFormats(choice.value))
export const fieldTexts = computed(() => extras[choice.value].config)
export const metricNames = computed(() => extras[choice.value].metrics)
export const elementLocale = computed(() => extras[choice.value].element)

watch(
  choice,
  (now) => {
    i18n.global.locale.value = now
    document.documentElement.lang = now
    z.config(extras[now].zod())
  },
  { immediate: true },
)

function preferred(): Language {
  const wanted = localStorage.getItem(storageKey) ?? navigator.language
  return languages.find((known) => wanted.startsWith(known)) ?? 'en'
}
