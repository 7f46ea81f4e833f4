import { diffLines } from 'diff'

/** A line of two texts side by side; null where one has none. */
export interface SideBySide {
  readonly left: string | null
  readonly right: string | null
  readonly isSame: boolean
}

/** Two texts line by line: what was taken out stands beside what came in its place. */
export function sideBySide(left: string, right: string): SideBySide[] {
  const lines: SideBySide[] = []
  let removed: string[] = []
  for (const { value, added, removed: isRemoved } of diffLines(left, right)) {
    const part = value.replace(/\n$/, '').split('\n')
    if (isRemoved) {
      lines.push(...removed.map((line) => ({ left: line, right: null, isSame: false })))
      removed = part
    } else if (added) {
      const length = Math.max(removed.length, part.length)
      for (let index = 0; index < length; index++) lines.push({ left: removed[index] ?? null, right: part[index] ?? null, isSame: false })
      removed = []
    } else {
      lines.push(...removed.map((line) => ({ left: line, right: null, isSame: false })), ...part.map((line) => ({ left: line, right: line, isSame: true })))
      removed = []
    }
  }
  return [...lines, ...removed.map((line) => ({ left: line, right: null, isSame: false }))]
}

/** Without the lines that are further from a difference than so many; where some are left out, null stands for them. */
export function aroundDifferences(lines: readonly SideBySide[], context: number): (SideBySide | null)[] {
  const near = lines.map((_, index) => lines.slice(Math.max(0, index - context), index + context + 1).some(({ isSame }) => !isSame))
  return lines.flatMap((line, index) => (near[index] ? [line] : index === 0 || near[index - 1] ? [null] : []))
}
