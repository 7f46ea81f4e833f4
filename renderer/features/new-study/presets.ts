import type { ComposerTranslation } from 'vue-i18n'

const presets = [
  { name: 'powers', values: [8, 16, 32, 64, 128, 256, 512, 1024] },
  { name: 'powers', values: [2, 4, 8, 16, 32, 64, 128, 256] },
  { name: 'powers', values: [16, 32, 64, 128, 256, 512, 1024, 2048, 4096] },
  { name: 'wide', values: [4, 16, 64, 256, 1024, 4096] },
] as const

/** Batch sizes to begin a sweep from. */
export function batchSizePresets(t: ComposerTranslation): { label: string; values: readonly number[] }[] {
  return presets.map(({ name, values }) => ({ label: t(`newStudy.preset.${name}`, { from: values[0], to: values.at(-1) ?? '' }), values }))
}
