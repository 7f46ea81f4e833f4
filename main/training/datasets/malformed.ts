import { LoupeError } from '../../contract/errors.ts'

/** Where a data file stopped making sense, and why. */
export interface Malformation {
  /** The file, as the user named it; inside an archive `archive.npz: x.npy`. */
  readonly file: string
  /** `byte 4`, `line 17, column "age"`; null where the whole file is meant. */
  readonly at: string | null
  readonly expected: string
  readonly found: string
  /** What to do about it, one sentence; left out where the expectation says it. */
  readonly advice?: string
  readonly cause?: unknown
}

/** The error for a data file that does not read: names the file, the place, what was expected there and what was found. */
export function malformed({ file, at, expected, found, advice, cause }: Malformation): LoupeError {
  const place = at === null ? file : `${file}, ${at}`
  const message = `${place}: expected ${expected}, found ${found}.${advice === undefined ? '' : ` ${advice}`}`
  return new LoupeError('data-malformed', message, { file, at, expected, found }, cause === undefined ? {} : { cause })
}
