import { LoupeError } from '../contract/errors.ts'

export type IdKind = 'study' | 'run' | 'checkpoint' | 'report' | 'pin'

const digits = { study: 4, run: 6, checkpoint: 6, report: 4, pin: 6 } as const satisfies Record<IdKind, number>

/**
 * The id by which people and processes name a row: its kind and its number in the log, such as `run-000042`.
 *
 * Numbers count up from 1 in a workspace and are never used again, so ids sort by creation and can be said aloud.
 * They are unique within a workspace, not between workspaces.
 */
export function idOf(kind: IdKind, row: number): string {
  return `${kind}-${String(row).padStart(digits[kind], '0')}`
}

/**
 * The row that an id names. Zeros in front may be left out: `run-42` is `run-000042`.
 *
 * @throws LoupeError `not-found` where it is no id of that kind.
 */
export function rowOf(kind: IdKind, id: string): number {
  const row = id.startsWith(`${kind}-`) ? id.slice(kind.length + 1) : ''
  if (!/^\d{1,15}$/.test(row)) {
    throw new LoupeError('not-found', `"${id}" is not the id of a ${kind}. One looks like "${idOf(kind, 1)}".`, { id, kind })
  }
  return Number(row)
}

/** The refusal of an id that names no row. */
export function notFound(kind: IdKind, id: string): LoupeError {
  return new LoupeError('not-found', `There is no ${kind} "${id}" in this workspace.`, { id, kind })
}
