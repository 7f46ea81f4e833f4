import type { DecorrelationConfig } from '../../../main/contract/decorrelation-config.ts'

/** Figures 3A, 3B and 3C of the source, the correlation alone, and any other weights. */
export const learningPresets = ['3a', '3b', '3c', 'unlabelled', 'custom'] as const
export type LearningPreset = (typeof learningPresets)[number]

type Weights = Pick<DecorrelationConfig, 'taskWeight' | 'unlabelledWeight' | 'labelledWeight'>

const parts: Readonly<Record<Exclude<LearningPreset, 'custom'>, { readonly [key in keyof Weights]: boolean }>> = {
  '3a': { taskWeight: true, unlabelledWeight: true, labelledWeight: false },
  '3b': { taskWeight: true, unlabelledWeight: true, labelledWeight: true },
  '3c': { taskWeight: true, unlabelledWeight: false, labelledWeight: true },
  unlabelled: { taskWeight: false, unlabelledWeight: true, labelledWeight: false },
}
const names = ['taskWeight', 'unlabelledWeight', 'labelledWeight'] as const
const usual: Weights = { taskWeight: 1, unlabelledWeight: 0.1, labelledWeight: 0.1 }

/** Which preset some weights are, by which of them are above 0. */
export function presetOf(weights: Weights): LearningPreset {
  return learningPresets.find((preset) => preset !== 'custom' && names.every((name) => weights[name] > 0 === parts[preset][name])) ?? 'custom'
}

/** The weights of a preset: those that it has keep what they are, or take their default; the others are 0. */
export function weightsOf(preset: Exclude<LearningPreset, 'custom'>, weights: Weights): Weights {
  const of = (name: keyof Weights) => (parts[preset][name] ? weights[name] > 0 ? weights[name] : usual[name] : 0)
  return { taskWeight: of('taskWeight'), unlabelledWeight: of('unlabelledWeight'), labelledWeight: of('labelledWeight') }
}
