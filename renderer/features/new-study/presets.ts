import type { ComposerTranslation } from 'vue-i18n'
import type { Preset } from '../../schema-form/preset.ts'

const batchSizes = [
  { name: 'powers', values: [8, 16, 32, 64, 128, 256, 512, 1024] },
  { name: 'powers', values: [2, 4, 8, 16, 32, 64, 128, 256] },
  { name: 'powers', values: [16, 32, 64, 128, 256, 512, 1024, 2048, 4096] },
  { name: 'wide', values: [4, 16, 64, 256, 1024, 4096] },
] as const

const families = ['fitted-normal', 'fitted-laplace', 'fitted-cauchy', 'fitted-student-t', 'fitted-auto']
const arms = [
  { name: 'families', values: ['dense', ...families] },
  { name: 'memory', values: ['dense', 'fitted-laplace', 'top-k', 'random-k', 'fitted-laplace-no-memory', 'top-k-no-memory', 'random-k-no-memory'] },
  { name: 'deltas', values: ['dense', 'fitted-laplace', 'top-k', 'dense-deltas', 'fitted-laplace-deltas', 'top-k-deltas'] },
  { name: 'compressors', values: ['dense', 'fitted-auto', 'top-k', 'random-k', 'threshold', 'sidco', 'qsgd', 'terngrad', 'one-bit'] },
] as const

const ways = [
  { name: 'method', values: ['whole', 'alone', 'deep-supervision', 'distilled'] },
  { name: 'targets', values: ['whole', 'alone', 'deep-supervision', 'distilled', 'soft-targets', 'distilled-soft-targets'] },
  { name: 'exits', values: ['whole', 'alone', 'deep-supervision-exits', 'self-distillation'] },
] as const

const labelWays = [
  { name: 'figures', values: ['supervised', '3a', '3b', '3c'] },
  { name: 'covariances', values: ['supervised', '3b', 'decov', 'vicreg'] },
] as const

/** Lists to begin a setting from; none for most. */
export function presetsOf(path: string, t: ComposerTranslation): readonly Preset[] {
  if (path === 'sweep.batchSizes') return batchSizes.map(({ name, values }) => ({ label: t(`newStudy.preset.${name}`, { from: values[0], to: values.at(-1) ?? '' }), values }))
  if (path === 'quantization.arms') return arms.map(({ name, values }) => ({ label: t(`newStudy.preset.${name}`), values }))
  if (path === 'students.ways') return ways.map(({ name, values }) => ({ label: t(`newStudy.preset.${name}`), values }))
  if (path === 'labels.ways') return labelWays.map(({ name, values }) => ({ label: t(`newStudy.preset.${name}`), values }))
  // Lin et al. 2018, Deep Gradient Compression, arXiv:1712.01887: from a quarter to 0.1 % in five epochs.
  if (path === 'exchange.warmupRatios') return [{ label: t('newStudy.preset.warmup'), values: [0.25, 0.0625, 0.015625, 0.004] }]
  return []
}
