/** What one exit predicts of each example, and what an example pays that leaves there. */
export interface Exit {
  readonly predicted: readonly number[]
  readonly confidence: readonly number[]
  /** Multiply-accumulates up to here, heads that were asked on the way included; null where nobody can say. */
  readonly macs: number | null
}

export interface ExitPoint {
  readonly threshold: number
  readonly accuracy: number
  readonly macs: number | null
  readonly shares: readonly number[]
}

/** Confidences are logged to three digits: closer together would say nothing. */
export const thresholds: readonly number[] = [...Array.from({ length: 20 }, (_, index) => index / 20), 0.97, 0.98, 0.99, 0.995, 0.999, 1]

/**
 * Accuracy and mean cost where each example leaves at the first exit whose confidence is at or above a threshold, or at the last.
 *
 * @example Two exits of 10 and 100 multiply-accumulates, confidences 0.9 and 0.6 at the first: at 0.8 the one leaves there, the other goes on,
 *   so a mean of 55.
 */
export function earlyExitCurve({ exits, labels, at = thresholds }: { readonly exits: readonly Exit[]; readonly labels: readonly number[]; readonly at?: readonly number[] }): ExitPoint[] {
  return at.map((threshold) => {
    const taken = exits.map(() => 0)
    let right = 0
    labels.forEach((label, example) => {
      const first = exits.findIndex(({ confidence }, index) => index === exits.length - 1 || (confidence[example] ?? 0) >= threshold)
      taken[first] = (taken[first] ?? 0) + 1
      if (exits[first]?.predicted[example] === label) right += 1
    })
    const shares = taken.map((count) => count / labels.length)
    const macs = exits.reduce<number | null>((sum, exit, index) => (sum === null || exit.macs === null ? null : sum + exit.macs * (shares[index] ?? 0)), 0)
    return { threshold, accuracy: right / labels.length, macs, shares }
  })
}
