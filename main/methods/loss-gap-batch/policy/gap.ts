import type { GapSignal, LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { PolicyFacts } from './policy-facts.ts'

/**
 * The least mean cross-entropy that labels smoothed by a over C classes allow, in nats: their entropy.
 *
 *     −p·ln p − (C − 1)·q·ln q        p = 1 − a + a/C, q = a/C
 *
 * @example smoothingFloor(10, 0.1) is 0.500288; without smoothing it is 0.
 * @see Szegedy et al. 2016, arXiv:1512.00567, section 7.
 */
export function smoothingFloor(classes: number, labelSmoothing: number): number {
  if (labelSmoothing === 0) return 0
  const other = labelSmoothing / classes
  return entropyTerm(1 - labelSmoothing + other) + (classes - 1) * entropyTerm(other)
}

/** The value of a signal at which training would be done: as set, else 0, for a loss its floor. */
export function idealValue({ signal, config, facts }: { readonly signal: GapSignal; readonly config: Pick<LossGapPolicyConfig, 'idealValue'>; readonly facts: PolicyFacts }): number {
  if (config.idealValue !== null) return config.idealValue
  return isLoss(signal) ? smoothingFloor(facts.classes, facts.labelSmoothing) : 0
}

/** The value of a signal in the metrics of an evaluation, in its own unit; null where it is not there. Errors are 1 − accuracy. */
export function evaluatedSignal(signal: GapSignal, values: Readonly<Record<string, number>>): number | null {
  switch (signal) {
    case 'train-loss':
      return null // its own steps tell it, more often and for nothing
    case 'validation-loss':
      return values['validation/loss'] ?? null
    case 'train-error':
      return errorOf(values['train/accuracy'])
    case 'validation-error':
      return errorOf(values['validation/accuracy'])
  }
}

export function isLoss(signal: GapSignal): boolean {
  return signal === 'train-loss' || signal === 'validation-loss'
}

function errorOf(accuracy: number | undefined): number | null {
  return accuracy === undefined ? null : 1 - accuracy
}

/** −p·ln p, 0 at 0. */
function entropyTerm(probability: number): number {
  return probability > 0 ? -probability * Math.log(probability) : 0
}
