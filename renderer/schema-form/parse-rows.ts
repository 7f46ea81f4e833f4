import type { RowKey } from './describe-schema.ts'
import { parseNumber } from './parse-number.ts'

/** Stands for a number that is left open. */
export const OPEN = '–'
const open: ReadonlySet<string> = new Set([OPEN, '-', '—', '*', '−', 'ー', '－'])

/** Reads `0: 32, 5: 64` as rows of numbers, one for each key, `–` where one is left open; null where something does not read. An empty text is no rows. */
export function parseRows(text: string, keys: readonly RowKey[]): Record<string, number | null>[] | null {
  const lines = text.split(/[,;、\n]+/).map((line) => line.trim()).filter(Boolean)
  const rows = lines.map((line) => rowOf(line.split(/\s*[:：]\s*/), keys))
  return rows.every((row) => row !== null) ? rows : null
}

function rowOf(parts: readonly string[], keys: readonly RowKey[]): Record<string, number | null> | null {
  if (parts.length !== keys.length) return null
  const entries = keys.map(({ name, isNullable }, index) => {
    const part = parts[index] ?? ''
    return { name, value: parseNumber(part), isOpen: isNullable && open.has(part) }
  })
  return entries.some(({ value, isOpen }) => value === null && !isOpen) ? null : Object.fromEntries(entries.map(({ name, value }) => [name, value]))
}

/** The same the other way. */
export function writeRow(row: { readonly [key: string]: unknown }, keys: readonly RowKey[]): string {
  return keys.map(({ name }) => (row[name] === null || row[name] === undefined ? OPEN : String(row[name]))).join(': ')
}
