import { LoupeError } from '../contract/errors.ts'
import type { MetricRow } from '../contract/metrics.ts'
import type { Target } from '../contract/run-config.ts'
import { saveGroups } from './checkpoint-variables.ts'
import { criterionValue, evaluateRun, evaluateTest, metricRows, requireFinite } from './evaluate-run.ts'
import type { EvaluationContext, Values } from './evaluate-run.ts'
import type { Feeder, PreparedFeed } from './feeder.ts'
import { callLength, isCheckpointDue, isEvaluationDue, meetsTarget } from './run-plan.ts'
import type { RunPlan } from './run-plan.ts'
import { savedState } from './run-state.ts'
import type { RunState } from './run-state.ts'
import type { TrainingObserver, TrainingResult } from './trainer.ts'
import type { StepResults, TrainingCall } from './training-step.ts'

/** A run, ready to go: compiled, with its variables written. */
export interface LoopOptions extends EvaluationContext {
  readonly plan: RunPlan
  readonly state: RunState
  readonly feeder: Feeder
  readonly stepsPerCall: number
  readonly call: (steps: number) => TrainingCall
  readonly observer: TrainingObserver
  readonly signal: AbortSignal
}

export type LoopResult = Pick<TrainingResult, 'ended' | 'censored'>

/** Share of steps without an accepted step size above which the line search is not to be trusted. */
const MANY_FALLBACKS = 0.05
const ENOUGH_STEPS = 40
/** Progress is told at most this often. */
const PROGRESS_MS = 100

/**
 * Trains until the target is reached, the examples are used up, or the signal asks to stop.
 *
 *     until the last step is evaluated
 *       if an evaluation is due      evaluate, log; if the target is met, end (before the first step: an error)
 *       if a checkpoint is due       save it
 *       if asked to stop             save a checkpoint, end
 *       run a call                   1 or `stepsPerCall` steps; the next call's input is prepared meanwhile
 *       log its steps                a loss that is not finite is an error
 *     evaluate the test examples, once
 *
 * Calls never cross an evaluation or a checkpoint, and their lengths follow from the step alone: a run that is stopped and
 * resumed makes the same calls as one that is not, and gets the same bits. A request to stop also ends an evaluation half
 * way; the resumed run makes it anew.
 */
export async function runLoop(options: LoopOptions): Promise<LoopResult> {
  const { plan, state, feeder, signal, stepsPerCall } = options
  const clock = startClock(state.wallMs)
  const tellProgress = startProgress(options)
  const { batchSize } = plan
  const prepare = (position: number) => (position < plan.maxExamples ? feeder.prepare({ position, batchSize, steps: callLength(plan, { position, batchSize, stepsPerCall }) }) : null)

  let reached: PreparedFeed['after'] = { state: feeder.state, random: feeder.random }
  let prepared = prepare(state.position)
  // A run that was stopped in the middle of an evaluation has the checkpoint after it still to make.
  let checkpointDue = state.isEvaluationDue && isCheckpointDue(plan, { position: state.position, batchSize: state.batchSize ?? batchSize })
  for (;;) {
    if (state.isEvaluationDue && (await evaluateUnlessAborted(options, clock)) === 'target') return await finish(options, 'target', clock)
    if (signal.aborted && (prepared !== null || state.isEvaluationDue)) {
      await checkpoint(options, reached, clock)
      return { ended: 'aborted', censored: null }
    }
    if (checkpointDue) await checkpoint(options, reached, clock)
    if (prepared === null) return await finish(options, 'limit', clock)

    const { steps, feed, after } = prepared
    const [started, startedWallMs] = [performance.now(), clock()]
    const running = options.call(steps).run(feed)
    prepared = prepare(state.position + steps * batchSize)
    const results = await running
    reached = after
    state.interval = { steps: state.interval.steps + steps, callMs: state.interval.callMs + performance.now() - started }
    logSteps(options, results, { steps, startedWallMs, endedWallMs: clock() })
    tellProgress(results.losses[steps - 1] ?? null)
    state.isEvaluationDue = isEvaluationDue(plan, { position: state.position, batchSize })
    checkpointDue = isCheckpointDue(plan, { position: state.position, batchSize })
  }
}

/** Evaluates, logs and compares with the target. Aborted half way, it leaves the evaluation due. */
async function evaluateUnlessAborted(options: LoopOptions, clock: () => number): Promise<'target' | 'on'> {
  const { config, state, observer, signal } = options
  const values = await evaluateRun(options, state, signal).catch((error: unknown) => {
    if (signal.aborted && error === signal.reason) return null
    throw error
  })
  if (values === null) return 'on'
  state.isEvaluationDue = false
  state.wallMs = clock()
  observer.onMetrics(metricRows(values, state))
  warnOfFallbacks(options)
  if (config.target === null || !meetsTarget(config.target, criterionValue(config.target.criterion, values))) return 'on'
  if (state.step === 0) throw alreadyAtTarget(config.target, values)
  return 'target'
}

async function finish(options: LoopOptions, ended: 'target' | 'limit', clock: () => number): Promise<LoopResult> {
  const { config, state, observer } = options
  const values = await evaluateTest(options)
  state.wallMs = clock()
  observer.onMetrics(metricRows(values, state))
  return { ended, censored: config.target === null ? null : ended === 'limit' }
}

/** Logs a call's steps, spread evenly over its time, and moves the state to its end. */
function logSteps({ config, plan, state, observer }: LoopOptions, { losses, stepSizes, search }: StepResults, { steps, startedWallMs, endedWallMs }: { readonly steps: number; readonly startedWallMs: number; readonly endedWallMs: number }): void {
  const rows: MetricRow[] = []
  try {
    for (let i = 0; i < steps; i++) {
      state.step += 1
      state.examples += plan.batchSize
      state.position += plan.batchSize
      state.batchSize = plan.batchSize
      state.wallMs = startedWallMs + ((i + 1) / steps) * (endedWallMs - startedWallMs)
      const { step, examples, wallMs } = state
      const [loss, stepSize] = [losses[i] ?? Number.NaN, stepSizes[i] ?? Number.NaN]
      requireFinite({ what: 'loss', value: loss, state, config })
      rows.push({ key: 'train/batch-loss', step, examples, wallMs, value: loss })
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
  } finally {
    observer.onMetrics(rows) // also those before a step that failed
  }
}

/** Once a run, when more than a few steps found no step size; not before there are enough steps to tell. */
function warnOfFallbacks({ plan, state, observer }: LoopOptions): void {
  const { step, fallbackSteps, warned } = state
  const code = 'armijo-fallback'
  if (fallbackSteps <= MANY_FALLBACKS * step || step < Math.min(ENOUGH_STEPS, plan.lastStep) || warned.includes(code)) return
  state.warned = [...warned, code]
  const message = `The line search found no step size in ${fallbackSteps} of ${step} steps (${((100 * fallbackSteps) / step).toFixed(1)} %) and took the fallback step. Raise maxTries, lower c, or look at the gradient: this run says little about the batch size.`
  observer.onWarning(code, message, { step, fallbackSteps })
}

async function checkpoint({ traces, variables, state, observer }: LoopOptions, position: PreparedFeed['after'], clock: () => number): Promise<void> {
  const saved = await saveGroups(traces.session, variables)
  state.wallMs = clock()
  const { step, examples, wallMs, functionEvaluations } = state
  await observer.onCheckpoint({ step, examples, wallMs, functionEvaluations, variables: saved, state: savedState(state, position.state), random: position.random })
}

/** Milliseconds of training, those before a resume included. */
function startClock(wallMs: number): () => number {
  const started = performance.now() - wallMs
  return () => performance.now() - started
}

/** Tells the observer where the run is, now and then. */
function startProgress({ state, observer }: LoopOptions): (batchLoss: number | null) => void {
  let [at, examples] = [performance.now(), state.examples]
  return (batchLoss) => {
    const now = performance.now()
    if (now - at < PROGRESS_MS) return
    observer.onProgress({ step: state.step, examples: state.examples, batchLoss, examplesPerSecond: ((state.examples - examples) / (now - at)) * 1000 })
    ;[at, examples] = [now, state.examples]
  }
}

function alreadyAtTarget({ criterion, value: target }: Target, values: Values): LoupeError {
  const value = criterionValue(criterion, values)
  return new LoupeError('invalid-input', `target met before training: ${criterion} is ${value} before the first step, and the target is ${target}. Choose a target that the untrained model has not reached.`, {
    criterion,
    value,
    target,
  })
}
