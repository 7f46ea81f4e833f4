import type { BadCell } from '../../../main/contract/bad-rows.ts'

const columns = ['file', 'row', 'column', 'kind', 'found', 'expected'] as const

/** Bad cells as a CSV table that any program reads. Cells that a spreadsheet would take for a formula begin with an apostrophe. */
export function badRowsCsv(cells: readonly BadCell[]): string {
  const rows = cells.map((cell) => columns.map((column) => quoted(cell[column] ?? '')))
  return `${[columns.join(','), ...rows.map((row) => row.join(','))].join('\r\n')}\r\n`
}

function quoted(text: string): string {
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
