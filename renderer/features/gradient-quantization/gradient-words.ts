import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { en } from '../../locales/en/index.ts'
import { familyNames } from './unit-fits.ts'

/** Names for what was logged of a compression; a word of another version is shown as it was logged. */
export interface GradientWords {
  family(name: string | null): string
  status(name: string | null): string
}

export function useGradientWords(): ComputedRef<GradientWords> {
  const { t } = useI18n()
  return computed(() => ({
    family: (name) => (familyNames.some((known) => known === name) ? t(`gradients.family.${name}`) : (name ?? '–')),
    status: (name) => (name !== null && Object.hasOwn(en.gradients.status, name) ? t(`gradients.status.${name}`) : (name ?? '–')),
  }))
}
