import type { Cell, Column, Row, Table } from './table.ts'

/** The table as CSV, piece by piece: a header, then a line a row. Nothing is an empty cell; NaN, Infinity and -Infinity stand as these words. */
export function* csvOf(table: Table): Iterable<string> {
  yield csvLine(table.columns.map(({ name }) => name))
  for (const rows of table.batches()) yield rows.map((row) => csvRow(table.columns, row)).join('')
}

function csvRow(columns: readonly Column[], row: Row): string {
  return csvLine(row.map((cell, index) => (columns[index]?.kind === 'instant' && typeof cell === 'number' ? new Date(cell).toISOString() : cell)))
}

/**
 * One line, ended by CR LF. A cell with a comma, a quote or a line break is quoted, and so is a text that is empty, which is not nothing.
 *
 * @see RFC 4180; text that a spreadsheet would take for a formula is left as it is, because other programs read it too.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  const text = String(cell)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
