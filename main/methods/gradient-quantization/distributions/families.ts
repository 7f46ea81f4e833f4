import { LoupeError } from '../../../contract/errors.ts'
import { cauchy } from './cauchy.ts'
import type { Distribution } from './distribution.ts'
import { laplace } from './laplace.ts'
import { normal } from './normal.ts'
import { studentT } from './student-t.ts'

/** The families that the source names (claim 6), in its order. */
export const families: readonly Distribution[] = [normal, laplace, cauchy, studentT]

/** Finds a family by its id, among the four or those given. */
export function familyOf(id: string, among: readonly Distribution[] = families): Distribution {
  const found = among.find((family) => family.id === id)
  if (found !== undefined) return found
  throw new LoupeError('not-found', `There is no distribution "${id}". Known: ${among.map((family) => family.id).join(', ')}.`, { id })
}
