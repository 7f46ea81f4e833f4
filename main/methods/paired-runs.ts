import type { Ratio, Spread } from '../contract/spread.ts'
import { ratioOf, spreadOf } from './spread.ts'

/** A run of a comparison, as far as it is paired with others. */
export interface PairedRun {
  readonly arm: string
  readonly seed: number
  readonly status: string
}

export type Pair<Run> = readonly [run: Run, base: Run]

/** A number of a run; null where it is not known. */
export type Quantity<Run> = (run: Run) => number | null

/** Pairs of runs of two arms with the same seed, where both are done. */
export function pairsOf<Run extends PairedRun>({ runs, arm, baseline }: { readonly runs: readonly Run[]; readonly arm: Run['arm']; readonly baseline: Run['arm'] }): Pair<Run>[] {
  const done = runs.filter(({ status }) => status === 'done')
  return done.flatMap((run) => {
    const base = done.find((other) => other.arm === baseline && other.seed === run.seed)
    return run.arm === arm && base !== undefined ? [[run, base] as const] : []
  })
}

/** How many times the baseline's quantity is the arm's, over the pairs that have both; null without any. */
export function pairedRatio<Run>(pairs: readonly Pair<Run>[], of: Quantity<Run>, confidence: number): Ratio | null {
  return ratioOf(known(pairs, of), confidence)
}

/** The arm's quantity minus the baseline's, over the pairs that have both; null without any. */
export function pairedDifference<Run>(pairs: readonly Pair<Run>[], of: Quantity<Run>, confidence: number): Spread | null {
  return spreadOf(known(pairs, of).map(({ value, base }) => value - base), confidence)
}

/** Difference of test accuracies, which rest on most examples, where all pairs have them; else of validation accuracies. */
export function accuracyDifference<Run extends { readonly testAccuracy: number | null; readonly validationAccuracy: number | null }>(pairs: readonly Pair<Run>[], confidence: number): Spread | null {
  const tested = pairedDifference(pairs, (run) => run.testAccuracy, confidence)
  return tested?.n === pairs.length ? tested : pairedDifference(pairs, (run) => run.validationAccuracy, confidence)
}

function known<Run>(pairs: readonly Pair<Run>[], of: Quantity<Run>): { readonly value: number; readonly base: number }[] {
  return pairs.flatMap(([run, base]) => {
    const [value, against] = [of(run), of(base)]
    return value === null || against === null ? [] : [{ value, base: against }]
  })
}
