import type { Omission, OmissionKind } from '../../../main/contract/run-import.ts'

/** Omissions of several runs together: one of each kind, with the place of the first. */
export function summedOmissions(omissions: readonly Omission[]): readonly Omission[] {
  const kinds = new Map<OmissionKind, Omission>()
  for (const one of omissions) {
    const before = kinds.get(one.kind)
    kinds.set(one.kind, before === undefined ? one : { ...before, count: before.count + one.count })
  }
  return [...kinds.values()]
}
