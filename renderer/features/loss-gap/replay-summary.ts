import type { RecordedCurve, Replay } from '../../../main/methods/loss-gap-batch/policy/replay.ts'
import type { Formats } from '../../format.ts'

type Words = (key: string, named: Record<string, unknown>, plural?: number) => string

/** Updates that the examples of a course take at the batch sizes of a replay, as a share of those at the first batch size. */
export function updatesShare(replay: Pick<Replay, 'batches'>, examples: number): number {
  const { batches } = replay
  const first = batches[0]?.batchSize ?? 1
  const updates = batches.reduce((sum, { position, batchSize }, index) => sum + Math.max(0, Math.min(examples, batches[index + 1]?.position ?? examples) - position) / batchSize, 0)
  return examples > 0 ? (updates * first) / examples : 1
}

/** A replay in a few sentences: how often the batch would have changed, and what that would save in updates. */
export function replaySummary({ replay, curve, t, formats: f }: { readonly replay: Replay; readonly curve: RecordedCurve; readonly t: Words; readonly formats: Formats }): string {
  const changes = replay.decisions.filter(({ kind }) => kind !== 'rollback')
  const rollbacks = replay.decisions.length - changes.length
  const [first, last] = [changes[0], replay.batches.at(-1)]
  const end = replay.failure?.position ?? curve.steps.at(-1)?.position ?? 0
  const share = updatesShare(replay, end)
  const said = first === undefined ? [t('lossGap.preview.noChange', {})] : [t(`lossGap.preview.${changes.length === 1 ? 'once' : 'changes'}`, { count: changes.length, first: f.compact(first.position), from: f.count(replay.batches[0]?.batchSize ?? 0), to: f.count(last?.batchSize ?? 0) })]
  if (rollbacks > 0) said.push(t('lossGap.preview.rollbacks', { count: rollbacks }, rollbacks))
  if (Math.abs(1 - share) >= 0.005) said.push(t(share < 1 ? 'lossGap.preview.savedUpdates' : 'lossGap.preview.moreUpdates', { share: f.percent(Math.abs(1 - share)) }))
  if (replay.failure !== null) said.push(t('lossGap.preview.failure', { at: f.compact(replay.failure.position), message: replay.failure.message }))
  return said.join(' ')
}
