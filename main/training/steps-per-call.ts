import type { ModelCost } from './models/model.ts'
import type { RunPlan } from './run-plan.ts'

/** Steps beyond which unrolling has nothing left to save, and traces only get longer. */
const MOST_STEPS = 16
/** A call of about this long hides the cost of crossing into TensorFlow, some tenths of a millisecond. */
const WORTHWHILE_CALL_MS = 12
/** Multiply-accumulates a millisecond on a small CPU: only the order of magnitude matters here. */
const MACS_PER_MS = 2e7
/** Parameters that an update reads and writes in a millisecond. */
const PARAMETERS_PER_MS = 2e6

/**
 * Chooses how many steps are unrolled into one call: many for small models and batches, one where a step is long anyway.
 *
 * A formula and no measurement, for it is part of what makes a run reproducible. A call never crosses an evaluation or a
 * checkpoint, so the number is fitted to the stretch between two of them: the stretch is cut into even calls, and few
 * single steps are left over.
 *
 * @example A stretch of 84 steps and at most 16 a call: 6 calls of 14.
 */
export function chooseStepsPerCall(plan: RunPlan, cost: ModelCost): number {
  const stepMs = (3 * cost.macsPerExample * plan.batchSize) / MACS_PER_MS + cost.parameters / PARAMETERS_PER_MS
  const most = Math.max(1, Math.min(MOST_STEPS, Math.round(WORTHWHILE_CALL_MS / stepMs)))
  const stretch = Math.floor(Math.min(plan.evaluateEveryExamples, plan.checkpointEveryExamples, plan.maxExamples) / plan.batchSize)
  if (stretch <= most) return Math.max(1, stretch)
  return Math.floor(stretch / Math.ceil(stretch / most))
}
