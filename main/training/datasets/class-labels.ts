import { collectBadRows } from './bad-rows.ts'
import type { BadRows } from './bad-rows.ts'
import { malformed } from './malformed.ts'

interface LabelCell {
  readonly label: string
  /** Where it stands, such as `line 17`. */
  readonly row: string
}

interface Classes {
  /** Of the cells that are kept, an index into `classNames`. */
  readonly labels: Int32Array
  readonly classNames: readonly string[]
  /** Places of the cells that are classes, rising. */
  readonly kept: Int32Array
}

/**
 * Gives each distinct label of a column a class, in sorted order: numbers by value, anything else by code points.
 *
 * So the labels 0 to k − 1 stay what they are, 1 to k move down by one, and `no`, `yes` become 0 and 1. Among numbers a fraction is a bad row: it
 * is a quantity to predict, not a class.
 *
 * @param cells  None empty.
 * @throws LoupeError `data-malformed` for a single class, or none.
 */
export function classesOf(
  cells: readonly LabelCell[],
  { file, column, badRows = collectBadRows({ isStrict: true }) }: { readonly file: string; readonly column: string; readonly badRows?: BadRows },
): Classes {
  const isNumeric = cells.every(({ label }) => Number.isFinite(Number(label)))
  const isClass = (label: string) => !isNumeric || Number.isInteger(Number(label))
  const kept = Int32Array.from(cells.flatMap(({ label, row }, index) => {
    if (isClass(label)) return [index]
    badRows.add({ file, row, column, kind: 'label', expected: 'a class, as a whole number or a word', found: `"${label}"`, advice: 'Loupe trains classifiers: name the column that holds the class.' })
    return []
  }))
  // "1" and "1.0" are one class.
  const nameOf = (index: number): string => {
    const { label } = cells[index]!
    return isNumeric ? `${Number(label)}` : label
  }
  const names = Array.from(kept, nameOf)
  const classNames = sortedNames(new Set(names))
  if (classNames.length < 2) {
    const found = classNames.length === 1 ? `only "${classNames[0]}"` : 'no row that can be used'
    throw malformed({ file, at: `column "${column}"`, expected: 'at least 2 classes', found })
  }
  const classOf = new Map(classNames.map((name, index) => [name, index]))
  return { labels: Int32Array.from(names, (name) => classOf.get(name)!), classNames, kept }
}

/** Names of classes: whole numbers by value, where all are such, and else by code points. */
export function sortedNames(names: Iterable<string>): readonly string[] {
  const all = [...names]
  const isNumeric = all.every((name) => name.trim() !== '' && Number.isFinite(Number(name)))
  return all.sort(isNumeric ? (a, b) => Number(a) - Number(b) || byCodePoints(a, b) : byCodePoints)
}

/** Not the machine's language: the classes of a file must not depend on who reads it. */
export function byCodePoints(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
