import { rowsOfBlock } from '../contract/metric-block.ts'
import type { MetricBlock } from '../contract/metric-block.ts'
import type { MetricKey } from '../contract/metrics.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { BatchControl } from './control/batch-control.ts'
import { requireFinite } from './evaluate-run.ts'
import type { RunPlan } from './run-plan.ts'
import type { RunState } from './run-state.ts'
import type { TrainingObserver } from './trainer.ts'
import type { StepResults } from './training-step.ts'

/** Share of steps without an accepted step size above which the line search is not to be trusted. */
const MANY_FALLBACKS = 0.05
const ENOUGH_STEPS = 40

export interface StepLogging {
  readonly config: RunConfig
  readonly plan: RunPlan
  readonly state: RunState
  readonly observer: TrainingObserver
  readonly control: BatchControl | null
}

/** Where the rows of a call's steps go, also of those before a step that failed. */
type Keep = (block: MetricBlock) => void

/** A call that is done. */
export interface CallDone {
  readonly steps: number
  readonly batchSize: number
  readonly startedWallMs: number
  readonly endedWallMs: number
}

/**
 * Makes the rows of a call's steps, spread evenly over its time, and moves the state to its end.
 *
 * @returns False where a loss was not finite and a controller has been told, which may go back; the steps from there on have no rows.
 * @throws LoupeError `not-finite` where there is no controller.
 */
export function takeSteps({ config, state, control }: Pick<StepLogging, 'config' | 'state' | 'control'>, results: StepResults, call: CallDone & { readonly keep: Keep }): boolean {
  const { losses, stepSizes, search, gradientNorms } = results
  const { steps, batchSize, startedWallMs, endedWallMs } = call
  const firstStep = state.step + 1
  const [examples, wallMs] = [new Float64Array(steps), new Float64Array(steps)]
  let logged = 0
  try {
    for (let i = 0; i < steps; i++) {
      state.step += 1
      state.examples += batchSize
      state.position += batchSize
      state.batchSize = batchSize
      state.wallMs = startedWallMs + ((i + 1) / steps) * (endedWallMs - startedWallMs)
      const loss = losses[i] ?? Number.NaN
      control?.observeStep({ loss, gradientNorm: gradientNorms?.[i] ?? null, learningRate: stepSizes[i] ?? Number.NaN }, state)
      if (control !== null && !Number.isFinite(loss)) return false
      requireFinite({ what: 'loss', value: loss, state, config })
      examples[i] = state.examples
      wallMs[i] = state.wallMs
      logged += 1
      if (search === null) continue
      state.functionEvaluations += search.tries[i] ?? 0
      state.fallbackSteps += search.fallbacks[i] ?? 0
    }
    return true
  } finally {
    call.keep({ firstStep, examples: examples.subarray(0, logged), wallMs: wallMs.subarray(0, logged), metrics: columnsOf(results, logged) })
  }
}

/** What a call tells of its first steps. */
function columnsOf({ losses, stepSizes, search, metrics = {} }: StepResults, steps: number): MetricBlock['metrics'] {
  const column = (key: MetricKey, told: ArrayLike<number>) => {
    const values = new Float64Array(steps)
    for (let i = 0; i < steps; i++) values[i] = told[i] ?? Number.NaN
    return { key, values }
  }
  const more = (Object.entries(metrics) as [MetricKey, ArrayLike<number>][]).map(([key, told]) => column(key, told)) // the record's keys
  if (search === null) return [column('train/batch-loss', losses), ...more, column('step/learning-rate', stepSizes)]
  return [column('train/batch-loss', losses), ...more, column('armijo/step-size', stepSizes), column('armijo/tries', search.tries), column('armijo/fallback', search.fallbacks)]
}

/** As columns where the observer takes them. */
export function tellSteps(observer: TrainingObserver, block: MetricBlock): void {
  if (observer.onSteps === undefined) observer.onMetrics(rowsOfBlock(block))
  else observer.onSteps(block)
}

/** Once a run, when more than a few steps found no step size; not before there are enough steps to tell. */
export function warnOfFallbacks({ plan, state, observer }: StepLogging): void {
  const { step, fallbackSteps, warned } = state
  const code = 'armijo-fallback'
  if (fallbackSteps <= MANY_FALLBACKS * step || step < Math.min(ENOUGH_STEPS, plan.lastStep) || warned.includes(code)) return
  state.warned = [...warned, code]
  const message = `The line search found no step size in ${fallbackSteps} of ${step} steps (${((100 * fallbackSteps) / step).toFixed(1)} %) and took the fallback step. Raise maxTries, lower c, or look at the gradient: this run says little about the batch size.`
  observer.onWarning(code, message, { step, fallbackSteps })
}
