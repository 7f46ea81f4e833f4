import type { Cell, Column, Table } from './table.ts'

/** The table as a JSON array, an object a row and a row a line, piece by piece. */
export function* jsonOf(table: Table): Iterable<string> {
  let separator = '['
  for (const rows of table.batches()) {
    for (const row of rows) {
      yield `${separator}\n${JSON.stringify(Object.fromEntries(table.columns.map((column, index) => [column.name, jsonCell(column, row[index] ?? null)])))}`
      separator = ','
    }
  }
  yield separator === '[' ? '[]\n' : '\n]\n'
}

/** JSON has no word for NaN and the infinities: they are the texts "NaN", "Infinity" and "-Infinity". */
function jsonCell({ kind }: Column, cell: Cell): Cell {
  if (typeof cell !== 'number') return cell
  if (kind === 'instant') return new Date(cell).toISOString()
  return Number.isFinite(cell) ? cell : String(cell)
}
