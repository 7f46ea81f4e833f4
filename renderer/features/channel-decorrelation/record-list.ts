import type { DecorrelationRecord } from '../../../main/contract/decorrelation-records.ts'

/** Records of two answers as one list, by their steps: of those of the same step the newer answer's stays. */
export function mergedRecords(known: readonly DecorrelationRecord[], newer: readonly DecorrelationRecord[]): readonly DecorrelationRecord[] {
  const byStep = new Map([...known, ...newer].map((record) => [record.step, record]))
  return [...byStep.values()].toSorted((one, other) => one.step - other.step)
}

/** True where records may lie between what is known and a few that were asked for as the newest. */
export function leavesHole(known: readonly DecorrelationRecord[], newest: readonly DecorrelationRecord[]): boolean {
  const [last, first] = [known.at(-1), newest[0]]
  return first !== undefined && (last === undefined || first.step > last.step)
}
