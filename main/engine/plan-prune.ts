import { stayReason } from '../contract/checkpoint-browser.ts'
import type { CheckpointMetric, NearestValue, PruneRules, StayReason } from '../contract/checkpoint-browser.ts'
import { protectionOf } from '../log/checkpoint-protection.ts'
import type { PrunableCheckpoint } from '../log/checkpoint-search.ts'

export interface PlanPruneOptions {
  /** All of each run. */
  readonly checkpoints: readonly PrunableCheckpoint[]
  readonly rules: Omit<PruneRules, 'filter'>
  readonly isForced: boolean
  /** Ms since 1970. */
  readonly now: number
  /** What a run evaluated nearest to a checkpoint. */
  readonly measured: (checkpoint: PrunableCheckpoint, metric: CheckpointMetric) => NearestValue
}

export interface PlannedPrune {
  readonly goes: readonly PrunableCheckpoint[]
  readonly stays: readonly { readonly checkpoint: PrunableCheckpoint; readonly reason: StayReason }[]
}

const DAY_MS = 86_400_000

/** Which checkpoints rules let go: those that nothing protects and that no rule keeps. Newest and best are counted among all of a run, kept ones included. */
export function planPrune({ checkpoints, rules, isForced, now, measured }: PlanPruneOptions): PlannedPrune {
  const [last, best] = [new Set<string>(), new Set<string>()]
  for (const ofRun of Map.groupBy(checkpoints, ({ runId }) => runId).values()) {
    for (const { id } of ofRun.toSorted((a, b) => b.step - a.step).slice(0, rules.keepLast)) last.add(id)
    if (rules.keepBest !== null) for (const id of bestOf(ofRun, rules.keepBest, measured)) best.add(id)
  }
  const judge = (checkpoint: PrunableCheckpoint): StayReason | null => {
    const firm = protectionOf(checkpoint, { isForced, includesKept: !rules.keepKept })
    if (firm !== null) return firm
    if (last.has(checkpoint.id)) return 'last'
    if (best.has(checkpoint.id)) return 'best'
    return rules.olderThanDays !== null && checkpoint.createdAt > now - rules.olderThanDays * DAY_MS ? 'young' : null
  }
  const judged = checkpoints.map((checkpoint) => ({ checkpoint, reason: judge(checkpoint) }))
  return {
    goes: judged.filter(({ reason }) => reason === null).map(({ checkpoint }) => checkpoint),
    stays: judged.flatMap(({ checkpoint, reason }) => (reason === null ? [] : [{ checkpoint, reason }])),
  }
}

/** Of values as good, the newest. A checkpoint near which nothing finite was evaluated is not among the best. */
function bestOf(ofRun: readonly PrunableCheckpoint[], { metric, count }: NonNullable<PruneRules['keepBest']>, measured: PlanPruneOptions['measured']): readonly string[] {
  const sign = metric === 'validation/loss' ? 1 : -1
  return ofRun
    .flatMap((checkpoint) => {
      const value = measured(checkpoint, metric)?.value ?? null
      return value === null ? [] : [{ checkpoint, value: sign * value }]
    })
    .sort((a, b) => a.value - b.value || b.checkpoint.step - a.checkpoint.step)
    .slice(0, count)
    .map(({ checkpoint }) => checkpoint.id)
}

/** How many stay for each reason, in the order of the reasons. */
export function staysByReason(stays: PlannedPrune['stays']): { reason: StayReason; checkpoints: number; bytes: number }[] {
  return stayReason.options.flatMap((reason) => {
    const ofReason = stays.filter((one) => one.reason === reason)
    return ofReason.length === 0 ? [] : [{ reason, checkpoints: ofReason.length, bytes: ofReason.reduce((sum, { checkpoint }) => sum + checkpoint.bytes, 0) }]
  })
}
