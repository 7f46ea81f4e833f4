/** How far runs of the same settings differ: what no setting can explain. */
export interface RepeatNoise {
  /** Variance among repeats over that among all runs; above 1 where repeats differ more than all runs do. */
  readonly share: number
  /** Of single repeats around their means, in the unit of the metric. */
  readonly deviation: number
  /** Groups of at least two runs of the same settings. */
  readonly groups: number
  /** Repeats beyond the first of each group: what the estimate rests on. */
  readonly degrees: number
}

/**
 * Estimates the noise from repeats, the "pure error" of a designed experiment: Σ over groups of (y − mean of the group)², over the repeats beyond the
 * first of each.
 *
 * @param groupOf  Runs of the same settings, whatever their seed, have the same.
 * @returns null without two runs of the same settings, or where the metric does not vary.
 * @see Box and Draper 1987, "Empirical Model-Building and Response Surfaces", section 3.6.
 *
 * @example repeatNoise([1, 3, 10, 12], ['a', 'a', 'b', 'b'])  // variance 2 within, 28.3 in all: share 0.07
 */
export function repeatNoise(values: readonly number[], groupOf: readonly string[]): RepeatNoise | null {
  const groups = new Map<string, number[]>()
  for (const [index, value] of values.entries()) groups.set(groupOf[index]!, [...(groups.get(groupOf[index]!) ?? []), value])
  const repeated = [...groups.values()].filter(({ length }) => length > 1)
  const degrees = repeated.reduce((sum, { length }) => sum + length - 1, 0)
  const all = squares(values) / (values.length - 1)
  if (degrees === 0 || !(all > 0)) return null
  const within = repeated.reduce((sum, group) => sum + squares(group), 0) / degrees
  return { share: within / all, deviation: Math.sqrt(within), groups: repeated.length, degrees }
}

/** Σ (y − mean)². */
function squares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}
