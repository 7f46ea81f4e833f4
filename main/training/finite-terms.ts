import { LoupeError } from '../contract/errors.ts'

/** One term of a loss as a call tells it, a number a step. */
export interface ToldTerm {
  /** What it is called in errors, such as `feature loss`. */
  readonly what: string
  readonly values: ArrayLike<number>
}

export interface FiniteTermsOptions {
  readonly terms: readonly ToldTerm[]
  /** The run's own loss, which the loop looks at itself: where it is not finite either, the loop says so. */
  readonly own: ArrayLike<number>
  /** The step that an index stands for. */
  readonly stepOf: (index: number) => number
  /** What may help, as a sentence. */
  readonly advice: string
}

/** @throws LoupeError `not-finite` that names the first term and step at which a loss of several terms is NaN or infinite beside a finite own loss. */
export function requireFiniteTerms({ terms, own, stepOf, advice }: FiniteTermsOptions): void {
  for (const { what, values } of terms) {
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i]) || (i < own.length && !Number.isFinite(own[i]))) continue
      throw new LoupeError('not-finite', `The ${what} became ${values[i]} at step ${stepOf(i)}. ${advice}`, { what, step: stepOf(i), value: String(values[i]) })
    }
  }
}
