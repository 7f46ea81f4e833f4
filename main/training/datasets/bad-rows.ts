import { basename } from 'node:path'
import { MOST_LISTED } from '../../contract/bad-rows.ts'
import type { BadCell, BadRowKind, BadRowsReport } from '../../contract/bad-rows.ts'
import type { DatasetConfig } from '../../contract/dataset-config.ts'
import type { LoupeError } from '../../contract/errors.ts'
import { sha256, sourceHash } from './content-hash.ts'
import { malformed } from './malformed.ts'

const MOST_COLUMNS = 100

/** A bad cell as a reader finds it. */
export interface FoundCell extends BadCell {
  /** Names the row wherever the data lie; that of the file, without its folder, where left out. */
  readonly id?: string
  /** What to do about it, one sentence. */
  readonly advice?: string
  readonly cause?: unknown
}

/** Where readers bring what is wrong with single rows. */
export interface BadRows {
  /** Counts it, so that the reader can leave the row out; or refuses the data, by throwing `data-malformed`. */
  readonly add: (cell: FoundCell) => void
  /** What was counted so far. */
  readonly report: () => BadRowsReport
  /** What a strict reader would have said of the first of them; null for none. */
  readonly refusal: () => string | null
  /**
   * The identity of data without these rows: that of the files where none was left out, so that data that have no bad row are the same
   * whatever the rule.
   */
  readonly hashOf: (filesHash: string) => string
}

/** What the config says of bad rows. */
export function badRowsOf({ badRows }: Pick<DatasetConfig, 'badRows'>): BadRows {
  return collectBadRows(badRows === 'refuse' ? { isStrict: true } : {})
}

/** Counts bad rows and lists the first of them; a strict one throws at the first. */
export function collectBadRows({ isStrict = false }: { readonly isStrict?: boolean } = {}): BadRows {
  const rows = new Set<string>()
  const kinds = new Map<BadRowKind, number>()
  const columns = new Map<string, { cells: number; empty: number }>()
  const listed: BadCell[] = []
  let cells = 0
  let first: FoundCell | null = null
  return {
    add(found) {
      if (isStrict) throw refusalOf(found)
      first ??= found
      const { file, row, column, kind, expected, found: value, id } = found
      cells += 1
      rows.add(`${id ?? basename(file)}\n${row ?? ''}`)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      if (column !== null) {
        const before = columns.get(column) ?? { cells: 0, empty: 0 }
        columns.set(column, { cells: before.cells + 1, empty: before.empty + (kind === 'empty' ? 1 : 0) })
      }
      if (listed.length < MOST_LISTED) listed.push({ file, row, column, kind, expected, found: value })
    },
    report: () => ({
      rows: rows.size,
      cells,
      byKind: [...kinds].map(([kind, count]) => ({ kind, cells: count })).sort((a, b) => b.cells - a.cells),
      byColumn: [...columns].map(([column, counts]) => ({ column, ...counts })).sort((a, b) => b.cells - a.cells).slice(0, MOST_COLUMNS),
      listed: [...listed],
    }),
    refusal: () => (first === null ? null : refusalOf(first).message),
    hashOf: (filesHash) => (rows.size === 0 ? filesHash : sourceHash([filesHash, sha256(Buffer.from([...rows].join('\n\n')))])),
  }
}

function refusalOf({ file, row, column, expected, found, advice, cause }: FoundCell): LoupeError {
  const at = [row, column === null ? null : `column "${column}"`].filter((part) => part !== null).join(', ')
  const otherwise = `${advice === undefined ? 'S' : `${advice} Or s`}et badRows to skip: such rows are left out and counted.`
  return malformed({ file, at: at === '' ? null : at, expected, found, advice: otherwise, ...(cause === undefined ? {} : { cause }) })
}
