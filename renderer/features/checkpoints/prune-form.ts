import { pruneRules } from '../../../main/contract/checkpoint-browser.ts'
import type { CheckpointMetric, PruneRules } from '../../../main/contract/checkpoint-browser.ts'

/** The rules as they are typed. */
export interface PruneForm {
  readonly keepLast: string
  /** Empty for none. */
  readonly keepBest: string
  readonly metric: CheckpointMetric
  /** Empty for any age. */
  readonly olderThanDays: string
  readonly keepKept: boolean
}

export const usualForm: PruneForm = { keepLast: '1', keepBest: '', metric: 'validation/accuracy', olderThanDays: '', keepKept: true }

/** The rules that a form says; null where one of its numbers does not read. */
export function rulesFrom({ keepLast, keepBest, metric, olderThanDays, keepKept }: PruneForm, filter: string): PruneRules | null {
  const number = (text: string) => (text.trim() === '' ? null : Number(text))
  const [last, best, days] = [number(keepLast), number(keepBest), number(olderThanDays)]
  const parsed = pruneRules.safeParse({ filter, keepLast: last, keepBest: best === null || best === 0 ? null : { metric, count: best }, keepKept, olderThanDays: days })
  return parsed.success ? parsed.data : null
}
