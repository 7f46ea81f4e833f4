import type { GradientQuantizationReport } from './report.ts'

/** What the workers of a comparison exchange, where it is not gradients alone; empty where it is. */
export function targetInWords({ target, localSteps }: Pick<GradientQuantizationReport, 'target' | 'localSteps'>): string {
  if (localSteps === null) return ''
  const deltas = `weight deltas of ${localSteps} ${localSteps === 1 ? 'step' : 'steps'}`
  return target === 'weight-delta' ? deltas : `gradients, and ${deltas} where a way says so`
}
