import { malformed } from './malformed.ts'

interface LabelCell {
  readonly label: string
  readonly line: number
}

/**
 * Gives each distinct label of a column a class, in sorted order: numbers by value, anything else by code points.
 *
 * So the labels 0 to k − 1 stay what they are, 1 to k move down by one, and `no`, `yes` become 0 and 1.
 *
 * @throws LoupeError `data-malformed` for an empty label, a fraction (a quantity to predict, not a class) and a single class.
 */
export function classesOf(
  cells: readonly LabelCell[],
  { file, column }: { readonly file: string; readonly column: string },
): { labels: Int32Array; classNames: readonly string[] } {
  const at = (line: number): string => `line ${line}, column "${column}"`
  const distinct = new Set<string>()
  for (const { label, line } of cells) {
    if (label === '') throw malformed({ file, at: at(line), expected: 'a label', found: 'an empty cell' })
    distinct.add(label)
  }
  const isNumeric = [...distinct].every((label) => Number.isFinite(Number(label)))
  if (isNumeric) {
    const fraction = cells.find(({ label }) => !Number.isInteger(Number(label)))
    if (fraction !== undefined) {
      const advice = 'Loupe trains classifiers: name the column that holds the class.'
      throw malformed({ file, at: at(fraction.line), expected: 'a class, as a whole number or a word', found: `"${fraction.label}"`, advice })
    }
  }
  // "1" and "1.0" are one class.
  const nameOf = (label: string): string => (isNumeric ? `${Number(label)}` : label)
  const classNames = [...new Set([...distinct].map(nameOf))].sort(isNumeric ? (a, b) => Number(a) - Number(b) : byCodePoints)
  if (classNames.length < 2) throw malformed({ file, at: `column "${column}"`, expected: 'at least 2 classes', found: `only "${classNames[0]}"` })
  const classOf = new Map(classNames.map((name, index) => [name, index]))
  return { labels: Int32Array.from(cells, ({ label }) => classOf.get(nameOf(label))!), classNames }
}

/** Not the machine's language: the classes of a file must not depend on who reads it. */
function byCodePoints(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
