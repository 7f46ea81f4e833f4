/** What a column holds. An `integer` lies in 64 bits, an `instant` is in milliseconds since 1970, UTC. */
export type ColumnKind = 'text' | 'integer' | 'number' | 'boolean' | 'instant'

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
}

/** Null where there is nothing; a number may be NaN or infinite where that was logged. */
export type Cell = string | number | boolean | null
export type Row = readonly Cell[]

/** Rows under named columns. They come in batches, so that a table larger than memory can be written. */
export interface Table {
  /** Also the name of its file, without the ending. */
  readonly name: string
  readonly columns: readonly Column[]
  /** Starts from the first row each time it is called. */
  readonly batches: () => Iterable<readonly Row[]>
}
