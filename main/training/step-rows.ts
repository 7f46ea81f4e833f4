import type { MetricRow } from '../contract/metrics.ts'
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

/** A call that is done. */
export interface CallDone {
  readonly steps: number
  readonly batchSize: number
  readonly startedWallMs: number
  readonly endedWallMs: number
}

/**
 * Logs a call's steps, spread evenly over its time, and moves the state to its end.
 *
 * @returns False where a loss was not finite and a controller has been told, which may go back; the steps from there on are not logged.
 * @throws LoupeError `not-finite` where there is no controller.
 */
export function logSteps({ config, state, observer, control }: StepLogging, { losses, stepSizes, search, gradientNorms, metrics = {} }: StepResults, call: CallDone): boolean {
  const { steps, batchSize, startedWallMs, endedWallMs } = call
  const rows: MetricRow[] = []
  const more = Object.entries(metrics) as [MetricRow['key'], ArrayLike<number>][] // the record's keys
  try {
    for (let i = 0; i < steps; i++) {
      state.step += 1
      state.examples += batchSize
      state.position += batchSize
      state.batchSize = batchSize
      state.wallMs = startedWallMs + ((i + 1) / steps) * (endedWallMs - startedWallMs)
      const { step, examples, wallMs } = state
      const [loss, stepSize] = [losses[i] ?? Number.NaN, stepSizes[i] ?? Number.NaN]
      control?.observeStep({ loss, gradientNorm: gradientNorms?.[i] ?? null, learningRate: stepSize }, state)
      if (control !== null && !Number.isFinite(loss)) return false
      requireFinite({ what: 'loss', value: loss, state, config })
      rows.push({ key: 'train/batch-loss', step, examples, wallMs, value: loss })
      for (const [key, values] of more) rows.push({ key, step, examples, wallMs, value: values[i] ?? Number.NaN })
      if (search === null) {
        rows.push({ key: 'step/learning-rate', step, examples, wallMs, value: stepSize })
        continue
      }
      const [tries, fallback] = [search.tries[i] ?? 0, search.fallbacks[i] ?? 0]
      state.functionEvaluations += tries
      state.fallbackSteps += fallback
      rows.push({ key: 'armijo/step-size', step, examples, wallMs, value: stepSize })
      rows.push({ key: 'armijo/tries', step, examples, wallMs, value: tries })
      rows.push({ key: 'armijo/fallback', step, examples, wallMs, value: fallback })
    }
    return true
  } finally {
    observer.onMetrics(rows) // also those before a step that failed
  }
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
