import { evaluationInterval } from '../../contract/run-config.ts'
import type { Target } from '../../contract/run-config.ts'
import type { Crossing } from '../crossing.ts'
import type { StudiedRun } from '../study.ts'

/**
 * True where K may differ from what it would be with each evaluation made, because some that matter were left out.
 *
 * A run leaves evaluations out where its loss is far above its own target, so its own target and stricter ones are read from neighbours. An
 * easier one, or another criterion, may have been met first at a point that was left out, however close together those are that it is read from.
 */
export function isReadSparsely(run: StudiedRun, found: Crossing, { target, trainExamples }: { readonly target: Target; readonly trainExamples: number }): boolean {
  const { evaluation, batchPolicy, target: own } = run.config
  if (evaluation.when !== 'near-target' || batchPolicy !== null) return false
  const pointsTo = ({ step, examples }: { readonly step: number; readonly examples: number }) => Math.min(step, Math.floor(examples / evaluationInterval(evaluation, trainExamples)))
  const after = found.kind === 'crossed' ? run.evaluations.findIndex(({ step }) => step >= found.steps) : run.evaluations.length - 1
  const isHeld = own?.criterion === target.criterion && target.value <= own.value
  if (isHeld && found.kind !== 'crossed') return false
  const from = isHeld ? Math.max(after - 1, 0) : 0
  const [first, last] = [run.evaluations[from], run.evaluations[after]]
  // The last point of a run may lie off the grid, and makes this one less.
  return first !== undefined && last !== undefined && pointsTo(last) - pointsTo(first) > after - from
}
