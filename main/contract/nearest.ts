/** The known word most like one that is not known; null where none comes near. Case does not count. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) })).sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  if (best === undefined) return null
  // Up to a third of the letters may differ, so that `lr` does not suggest `name`.
  return best.distance <= Math.max(1, Math.floor(Math.max(word.length, best.candidate.length) / 3)) ? best.candidate : null
}

/**
 * Fewest insertions, deletions, replacements and swaps of neighbours that turn one word into another.
 *
 * @see The optimal string alignment variant of the Damerau-Levenshtein distance.
 */
export function editDistance(from: string, to: string): number {
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = above[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      let least = Math.min(replaced, above[j]! + 1, row[j - 1]! + 1)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) least = Math.min(least, before[j - 2]! + 1)
      row.push(least)
    }
    before = above
    above = row
  }
  return above[to.length]!
}

/** The known words most like one, those that contain it first; so many at most. Case does not count. */
export function mostAlike(word: string, known: readonly string[], count: number): readonly string[] {
  const lower = word.toLowerCase()
  const distance = (candidate: string) => (candidate.toLowerCase().includes(lower) ? -1 : editDistance(lower, candidate.toLowerCase()))
  return known
    .map((candidate) => ({ candidate, distance: distance(candidate) }))
    .sort((a, b) => a.distance - b.distance || a.candidate.length - b.candidate.length)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}
