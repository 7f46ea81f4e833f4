import type { DecorrelationRecord, Recommendation } from '../../../main/contract/decorrelation-records.ts'

/** Two recommendations are the same where they have the same reason and ask for the same; their numbers may move on. */
export function recommendationKey({ reason, term, changes, wantsData }: Recommendation): string {
  return [reason, term ?? '', wantsData, ...changes.map(({ path, to }) => `${path}=${to}`)].join('|')
}

export interface PastRecommendation {
  readonly key: string
  /** As it was told last. */
  readonly recommendation: Recommendation
  readonly firstStep: number
  readonly lastStep: number
  /** True where the newest record still tells it. */
  readonly isCurrent: boolean
}

/** All that a run was recommended, each once, what came last first. */
export function recommendationHistory(records: readonly DecorrelationRecord[]): readonly PastRecommendation[] {
  const all = new Map<string, PastRecommendation>()
  const newest = records.at(-1)
  for (const record of records) {
    for (const recommendation of record.recommendations) {
      const key = recommendationKey(recommendation)
      all.set(key, { key, recommendation, firstStep: all.get(key)?.firstStep ?? record.step, lastStep: record.step, isCurrent: record === newest })
    }
  }
  return [...all.values()].toSorted((one, other) => other.lastStep - one.lastStep || other.firstStep - one.firstStep)
}
