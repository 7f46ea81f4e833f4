import type { ErrorCode } from '../contract/errors.ts'

/** How a `loupe` process ends: documented, for scripts. */
export const exitCodes = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const

const BAD_INPUT: ReadonlySet<ErrorCode> = new Set(['invalid-input', 'not-found', 'data-malformed', 'shape-mismatch'])

/** The exit code that tells an error's kind. */
export function exitCodeFor(code: ErrorCode): number {
  if (code === 'interrupted') return exitCodes.interrupted
  return BAD_INPUT.has(code) ? exitCodes.badInput : exitCodes.failed
}
