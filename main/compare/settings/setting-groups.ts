import type { FieldValue } from '../../contract/annotations.ts'
import { rankCorrelation } from './rank-correlation.ts'

/** A setting over several runs. */
export interface VariedSetting {
  readonly name: string
  readonly values: readonly FieldValue[]
}

/** Settings that no run tells apart: each value of one always comes with the same value of the others. */
export interface SettingGroup {
  readonly names: readonly string[]
  /** Of the first of them. */
  readonly values: readonly FieldValue[]
}

/**
 * Puts settings together that change together in every run, such as a learning rate that follows the batch size: what one of them does cannot be told
 * from what the other does. Settings that do not vary are left out.
 *
 * Where most values come once only, as in a random search, that two settings change together says nothing: there one has to rise or fall with the other.
 */
export function settingGroups(settings: readonly VariedSetting[]): SettingGroup[] {
  const groups: { names: string[]; readonly values: readonly FieldValue[]; readonly key: string }[] = []
  for (const { name, values } of settings) {
    const { of, count } = partition(values)
    if (count < 2) continue
    const key = of.join()
    const isRepeated = count <= values.length / 2
    const group = groups.find((other) => other.key === key && (isRepeated || goTogether(other.values, values)))
    if (group === undefined) groups.push({ names: [name], values, key })
    else group.names.push(name)
  }
  return groups.map(({ names, values }) => ({ names, values }))
}

function goTogether(first: readonly FieldValue[], second: readonly FieldValue[]): boolean {
  return areNumbers(first) && areNumbers(second) && Math.abs(rankCorrelation(first, second)?.rho ?? 0) === 1
}

function areNumbers(values: readonly FieldValue[]): values is readonly number[] {
  return values.every((value) => typeof value === 'number')
}

/** Each value's number, in the order in which they first come. */
function partition(values: readonly FieldValue[]): { readonly of: readonly number[]; readonly count: number } {
  const numbers = new Map<string, number>()
  const of = values.map((value) => {
    const key = JSON.stringify(value)
    const known = numbers.get(key) ?? numbers.size
    numbers.set(key, known)
    return known
  })
  return { of, count: numbers.size }
}

/**
 * How closely two settings go together, from 0 to 1: |ρ| of Spearman for two numbers, else Cramér's V without its bias.
 *
 * @see Bergsma 2013, "A bias-correction for Cramér's V and Tschuprow's T", Journal of the Korean Statistical Society 42, 323–328.
 */
export function association(first: readonly FieldValue[], second: readonly FieldValue[]): number {
  if (areNumbers(first) && areNumbers(second)) return Math.abs(rankCorrelation(first, second)?.rho ?? 0)
  return cramersV(partition(first), partition(second))
}

type Partition = ReturnType<typeof partition>

function cramersV(rows: Partition, columns: Partition): number {
  const runs = rows.of.length
  const cells = new Map<number, number>()
  const [rowCounts, columnCounts] = [countsOf(rows), countsOf(columns)]
  for (const [index, row] of rows.of.entries()) {
    const cell = row * columns.count + columns.of[index]!
    cells.set(cell, (cells.get(cell) ?? 0) + 1)
  }
  // Σ observed²/expected − n, over the cells that have any.
  let squared = 0
  for (const [cell, count] of cells) squared += (count * count) / (rowCounts[Math.floor(cell / columns.count)]! * columnCounts[cell % columns.count]!)
  const phi = squared - 1
  const corrected = Math.max(0, phi - ((rows.count - 1) * (columns.count - 1)) / (runs - 1))
  const side = (count: number) => count - (count - 1) ** 2 / (runs - 1)
  const least = Math.min(side(rows.count), side(columns.count)) - 1
  return least <= 0 ? 0 : Math.min(1, Math.sqrt(corrected / least))
}

function countsOf({ of, count }: Partition): Float64Array {
  const counts = new Float64Array(count)
  for (const part of of) counts[part]!++
  return counts
}
