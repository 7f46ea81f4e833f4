import type { LoupeError } from '../../../main/contract/errors.ts'

export interface RowError {
  /** Counted from 1. */
  readonly line: number
  readonly text: string
}

/** The row that does not read and what is wrong with it, in the window's language; null where the failure is of another kind. */
export function rowError(error: LoupeError | null, t: (key: string, named: Record<string, unknown>) => string): RowError | null {
  const { line, column, value } = error?.facts ?? {}
  if (error?.code !== 'data-malformed' || typeof line !== 'number') return null
  if (typeof column !== 'string') return { line, text: t('fitPoints.row.none', { line }) }
  if (typeof value !== 'string') return { line, text: t('fitPoints.row.header', { line, column }) }
  const found = value === '' ? t('fitPoints.row.missing', { line, column }) : t('fitPoints.row.wrong', { line, column, value })
  return { line, text: `${found} ${t(column === 'steps' ? 'fitPoints.row.positive' : column === 'seed' ? 'fitPoints.row.wholeSeed' : 'fitPoints.row.whole', {})}` }
}

/** Where a line begins and ends in a text; the last line where there are not so many. */
export function lineSpan(text: string, line: number): { from: number; to: number } {
  let from = 0
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf('\n', from)
    if (end < 0) break
    from = end + 1
  }
  const end = text.indexOf('\n', from)
  return { from, to: end < 0 ? text.length : end }
}
