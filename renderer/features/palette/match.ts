/** A text that was found, and how well: higher is better. */
export interface Match<T> {
  readonly item: T
  readonly score: number
}

/**
 * How well a text answers what was typed: each typed word must be in it, at the start of a word, inside of one, or as letters in their order within
 * one word; null where one is not.
 *
 * Words that begin one are worth 3, inside 2, scattered 1; a text that begins with the first word is worth half a point more. So `rn` finds “Runs”, behind what
 * has a word that begins so.
 *
 * @example matchScore('new st', 'New study') is 6.5; matchScore('sty', 'New study') is 1; matchScore('x', 'Runs') is null.
 */
export function matchScore(typed: string, text: string): number | null {
  const words = wordsOf(typed)
  const found = wordsOf(text)
  let score = 0
  for (const word of words) {
    const best = Math.max(0, ...found.map((candidate) => wordScore(word, candidate)))
    if (best === 0) return null
    score += best
  }
  const [first] = words
  return score + (first !== undefined && (found[0]?.startsWith(first) ?? false) ? 0.5 : 0)
}

/** Items whose text answers what was typed, best first; those as good as each other keep their order. All of them where nothing was typed. */
export function bestMatches<T>(typed: string, items: readonly T[], textOf: (item: T) => string): Match<T>[] {
  return items
    .flatMap((item) => {
      const score = matchScore(typed, textOf(item))
      return score === null ? [] : [{ item, score }]
    })
    .sort((one, other) => other.score - one.score)
}

function wordScore(word: string, candidate: string): number {
  if (candidate.startsWith(word)) return 3
  if (candidate.includes(word)) return 2
  return hasInOrder(word, candidate) ? 1 : 0
}

function hasInOrder(letters: string, text: string): boolean {
  let from = 0
  for (const letter of letters) {
    const at = text.indexOf(letter, from)
    if (at < 0) return false
    from = at + letter.length
  }
  return true
}

function wordsOf(text: string): string[] {
  return text.toLocaleLowerCase().split(/[\s·:,/()]+/).filter((word) => word !== '')
}
