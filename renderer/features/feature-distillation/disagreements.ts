/** What an exit predicts of each example. */
export interface Predicted {
  readonly predicted: readonly number[]
  readonly confidence: readonly number[]
}

/** Which examples are looked at: those of which not all say the same, those that the first alone has right, or those that it alone has wrong. */
export type Disagreement = 'any' | 'first-right' | 'first-wrong'

/**
 * Indices of the examples where exits disagree, the surest first: by how sure the least sure one is of what it says.
 *
 * @example Labels 0, 1, 1; one says 0, 1, 0 and another 0, 0, 1: they disagree at 1, which the first has right, and at 2, which it has wrong.
 */
export function disagreements({ labels, exits, kind }: { readonly labels: readonly number[]; readonly exits: readonly Predicted[]; readonly kind: Disagreement }): readonly number[] {
  const [first, ...others] = exits
  if (first === undefined || others.length === 0) return []
  const sureness = (index: number) => Math.min(...exits.map(({ confidence }) => confidence[index] ?? 0))
  return labels
    .flatMap((label, index) => {
      const own = first.predicted[index]
      const theirs = others.map(({ predicted }) => predicted[index])
      const isOdd = theirs.some((one) => one !== own)
      if (!isOdd) return []
      if (kind === 'first-right') return own === label && theirs.every((one) => one !== label) ? [index] : []
      if (kind === 'first-wrong') return own !== label && theirs.every((one) => one === label) ? [index] : []
      return [index]
    })
    .toSorted((one, other) => sureness(other) - sureness(one) || one - other)
}

/** Share of examples of which two exits say the same. */
export function agreement(one: readonly number[], other: readonly number[]): number {
  return one.length === 0 ? Number.NaN : one.filter((value, index) => value === other[index]).length / one.length
}

/** Share of each label that is predicted as each class: rows of the confusion matrix that add up to 1, or to 0 without such a label. */
export function rowShares(confusion: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return confusion.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0)
    return row.map((count) => (total === 0 ? 0 : count / total))
  })
}
