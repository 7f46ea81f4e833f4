import type { ModelCost } from './models/model.ts'
import type { RunPlan } from './run-plan.ts'

/**
 * Steps beyond which unrolling has nothing left to save, while TensorFlow's work on the first call goes on growing. Between 8 and 32 little
 * is left in a run alone; runs side by side have to share what the calls cost the main thread, 0.1 to 0.2 ms each.
 */
const MOST_STEPS = 32
/** A run must have this many steps for each that is unrolled: a longer trace first costs some tenths of a second. */
const RUN_STEPS_EACH = 250
/** A call of about this long hides the cost of crossing into TensorFlow, some tenths of a millisecond. */
const WORTHWHILE_CALL_MS = 12
/** Multiply-accumulates a millisecond on a small CPU: only the order of magnitude matters here. */
const MACS_PER_MS = 2e7
/** Parameters that an update reads and writes in a millisecond. */
const PARAMETERS_PER_MS = 2e6

/**
 * Chooses how many steps are unrolled into one call: several for small models and batches, one where a step is long anyway
 * or the run is short.
 *
 * A formula and no measurement, for it is part of what makes a run reproducible. A call never crosses an evaluation or a
 * checkpoint, so the number is fitted to the stretch between two of them: the fewest calls, those of the single steps that
 * are left over included.
 *
 * Measured for an MLP of 200,000 parameters at batch 16 on 2 cores: 0.96 ms a step alone, 0.68 in fours, 0.66 in eights, 0.65
 * in sixteens.
 *
 * @example A stretch of 84 steps: 3 calls of 28. One of 125: 5 calls of 25.
 */
export function chooseStepsPerCall(plan: RunPlan, cost: ModelCost): number {
  const stepMs = (3 * cost.macsPerExample * plan.batchSize) / MACS_PER_MS + cost.parameters / PARAMETERS_PER_MS
  const most = Math.max(1, Math.min(MOST_STEPS, Math.round(WORTHWHILE_CALL_MS / stepMs), Math.floor(plan.lastStep / RUN_STEPS_EACH)))
  const stretch = Math.floor(Math.min(plan.evaluateEveryExamples, plan.checkpointEveryExamples, plan.maxExamples) / plan.batchSize)
  if (stretch <= most) return Math.max(1, stretch)
  const calls = (steps: number) => Math.floor(stretch / steps) + (stretch % steps)
  return Array.from({ length: most }, (_, i) => i + 1).reduce((best, steps) => (calls(steps) < calls(best) ? steps : best))
}
