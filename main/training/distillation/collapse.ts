import { LoupeError } from '../../contract/errors.ts'

/** When a feature counts as collapsed. */
export interface CollapseLimits {
  /** In squares of the feature's unit: below it a feature hardly varies. */
  readonly variance: number
  /** So many observed steps in a row below the variance, from 1. */
  readonly steps: number
}

/**
 * What a run remembers of a feature's variance; plain, so that a checkpoint can hold it.
 *
 * `varying`: at the last observed step it was not below the limit. `low`: it was, for fewer steps than it takes. `collapsed`: it was for so
 * many once; this stays, whatever comes.
 */
export interface CollapseState {
  readonly status: 'varying' | 'low' | 'collapsed'
  /** Observed steps below the variance, in a row, up to now. */
  readonly stepsBelow: number
  /** Where that row began; null where the feature varies. */
  readonly lowSince: number | null
  /** The step at which it counted as collapsed; null before. */
  readonly collapsedAt: number | null
}

/** A feature that nobody looked at yet. */
export const uncollapsed: CollapseState = { status: 'varying', stepsBelow: 0, lowSince: null, collapsedAt: null }

/**
 * The state after one more observed step.
 *
 * Two features that fall to the same constant have a distance of 0: that is a failure, not a success, and the variance tells them apart.
 * One step of little variance says nothing; a row of them does. Steps at which nothing was observed neither count nor break the row.
 *
 * @param observed  `variance` as {@link varianceBetweenExamples} or {@link featureVariance} gives it.
 * @throws LoupeError `not-finite` for a variance that is no number from 0 on.
 *
 * @example With a limit of 10⁻⁶ for 50 steps, 49 steps at 10⁻⁷ leave `low`, the 50th makes `collapsed`; one at 10⁻³ between begins anew.
 */
export function observeVariance(state: CollapseState, observed: { readonly step: number; readonly variance: number }, limits: CollapseLimits): CollapseState {
  const { step, variance } = observed
  if (!(variance >= 0 && Number.isFinite(variance))) {
    throw new LoupeError('not-finite', `The variance of a feature was ${variance} at step ${step}; it is a number from 0 on. Lower the learning rate, or look for the term of the loss that is not finite.`, { step, variance })
  }
  if (variance >= limits.variance) return { ...state, status: state.collapsedAt === null ? 'varying' : 'collapsed', stepsBelow: 0, lowSince: null }
  const stepsBelow = state.stepsBelow + 1
  const collapsedAt = state.collapsedAt ?? (stepsBelow >= limits.steps ? step : null)
  return { status: collapsedAt === null ? 'low' : 'collapsed', stepsBelow, lowSince: state.lowSince ?? step, collapsedAt }
}
