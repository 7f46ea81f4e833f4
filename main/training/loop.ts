import { LoupeError } from '../contract/errors.ts'
import type { MetricBlock } from '../contract/metric-block.ts'
import type { Target } from '../contract/run-config.ts'
import { saveGroups } from './checkpoint-variables.ts'
import type { BatchControl, ControlAction, ControlCause } from './control/batch-control.ts'
import type { Realised } from './control/batch-unit.ts'
import type { ControlState } from './control/control-state.ts'
import { criterionValue, evaluateRun, evaluateTest, metricRows, requireFinite } from './evaluate-run.ts'
import type { EvaluationContext, Values } from './evaluate-run.ts'
import type { Feeder, PreparedFeed } from './feeder.ts'
import { noteEvaluated, takesEvaluation } from './near-target.ts'
import { callLength, isCheckpointDue, meetsTarget } from './run-plan.ts'
import type { RunPlan } from './run-plan.ts'
import { restoreState, savedState } from './run-state.ts'
import type { RunRequests } from './run-requests.ts'
import type { RunState } from './run-state.ts'
import { takeSteps, tellSteps, warnOfFallbacks } from './step-rows.ts'
import type { Checkpoint, TrainingObserver, TrainingResult } from './trainer.ts'

/** A run, ready to go: compiled, with its variables written. */
export interface LoopOptions extends EvaluationContext {
  readonly plan: RunPlan
  readonly state: RunState
  readonly feeder: Feeder
  /** How updates are done: for the whole run, or until the control changes it. */
  readonly realised: Pick<Realised, 'batchSize' | 'stepsPerCall' | 'call'>
  /** Null for a fixed batch size. */
  readonly control: BatchControl | null
  readonly observer: TrainingObserver
  readonly signal: AbortSignal
  readonly requests: RunRequests | null
  /** The weights at the end are kept, whatever the config says. */
  readonly keepsEnd: boolean
}

export type LoopResult = Pick<TrainingResult, 'ended' | 'censored'>

/** Progress is told at most this often. */
const PROGRESS_MS = 100

/**
 * Trains until the target is reached, the examples are used up, or the signal asks to stop.
 *
 *     until the last step is evaluated
 *       if an evaluation is due      evaluate, log; if the target is met, end (before the first step: an error)
 *       if asked to stop             save a checkpoint, end
 *       if asked to save             save a checkpoint beside the others
 *       if it may end early          evaluate, end: the user said so, or all thresholds are reached
 *       if a checkpoint is due       save it
 *       ask the control              another batch size from here on, or back to an earlier checkpoint
 *       run a call                   1 or `stepsPerCall` steps; meanwhile the next one's input is prepared, and the last one's steps are logged
 *       look at its losses           one that is not finite goes back to a checkpoint, or is an error
 *     evaluate the test examples, once
 *
 * Calls never cross an evaluation or a checkpoint, and their lengths follow from the place in the course and the batch size alone, and the
 * control decides from its state and that place: a run that is stopped and resumed makes the same calls as one that is not, and gets the
 * same bits. Steps are logged late, for TensorFlow waits for all that is done between two calls; but before anything else that is told of
 * the run. A request to stop also ends an evaluation half way; the resumed run makes it anew.
 */
export async function runLoop(options: LoopOptions): Promise<LoopResult> {
  return await new TrainingLoop(options).run()
}

class TrainingLoop {
  readonly #options: LoopOptions
  readonly #clock: () => number
  #realised: LoopOptions['realised']
  #feeder: Feeder
  /** The feeder as it is after the last call that was run. */
  #reached: PreparedFeed['after']
  #prepared: PreparedFeed | null
  #checkpointDue: boolean
  /** Of the last checkpoint; null before the first. */
  #savedStep: number | null = null
  /** Of the last evaluation; null before the first, and before the first of a resumed run. */
  #evaluatedStep: number | null = null
  /** Steps that are done and not logged yet. */
  #untold: MetricBlock | null = null

  constructor(options: LoopOptions) {
    const { feeder, plan, realised, state } = options
    this.#options = options
    this.#clock = startClock(state.wallMs)
    this.#realised = realised
    this.#feeder = feeder
    this.#reached = { state: feeder.state, random: feeder.random }
    this.#prepared = this.#prepare()
    // A run that was stopped in the middle of an evaluation has the checkpoint after it still to make.
    this.#checkpointDue = state.isEvaluationDue && isCheckpointDue(plan, { position: state.position, batchSize: state.batchSize ?? realised.batchSize })
  }

  async run(): Promise<LoopResult> {
    try {
      return await this.#train()
    } finally {
      this.#tell() // also the steps before one that failed
    }
  }

  async #train(): Promise<LoopResult> {
    const { state, signal, control, requests, probe } = this.#options
    const tellProgress = startProgress(this.#options)
    for (;;) {
      if (state.isEvaluationDue || this.#checkpointDue || this.#prepared === null || signal.aborted) this.#tell()
      const evaluated = state.isEvaluationDue ? await this.#evaluate() : 'on'
      if (evaluated === 'target') return await this.#finish('target')
      if (evaluated === 'back') continue
      if (signal.aborted && (this.#prepared !== null || state.isEvaluationDue)) {
        return await this.#stop()
      }
      if (this.#checkpointDue) {
        if (control?.endsEpoch(state)) control.saved(state)
        await this.#checkpoint()
        this.#checkpointDue = false
      }
      if (this.#prepared === null) return await this.#finish('limit')
      if (requests?.isSaveWanted === true) await this.#answerSaves(requests)
      if (probe?.isComplete === true || requests?.isEndWanted === true) return await this.#endEarly()
      const action = control?.decide(state) ?? null
      if (action !== null) {
        this.#tell()
        await this.#follow(action)
      }
      if (action?.kind !== 'rollback') tellProgress(await this.#call())
    }
  }

  /** Runs the prepared call and prepares the next one meanwhile. Gives the last step's loss. */
  async #call(): Promise<number | null> {
    const { state, plan } = this.#options
    const prepared = this.#prepared
    if (prepared === null) throw new LoupeError('internal', 'A call was to be run that was not prepared.')
    const { steps, batchSize, feed, after } = prepared
    const [started, startedWallMs] = [performance.now(), this.#clock()]
    const running = this.#realised.call(steps).run(feed)
    this.#prepared = this.#prepare(state.position + steps * batchSize, batchSize)
    this.#tell()
    const results = await running.catch((error: unknown) => this.#afterFailure(error))
    if (results === null) return null
    this.#reached = after
    state.interval = { steps: state.interval.steps + steps, callMs: state.interval.callMs + performance.now() - started }
    const keep = (block: MetricBlock) => void (this.#untold = block)
    if (!takeSteps(this.#options, results, { steps, batchSize, startedWallMs, endedWallMs: this.#clock(), keep })) {
      await this.#recover(results.losses)
      return null
    }
    const point = { position: state.position, batchSize }
    state.isEvaluationDue = takesEvaluation(this.#options, { losses: results.losses, point })
    this.#checkpointDue = isCheckpointDue(plan, point)
    return results.losses[steps - 1] ?? null
  }

  /** Logs what the last call did, and what the policy then measured. */
  #tell(): void {
    const { control, observer, state } = this.#options
    const untold = this.#untold
    this.#untold = null
    if (untold !== null) tellSteps(observer, untold)
    control?.tellCurves(state)
  }

  /** The policy has seen a loss that is not finite: goes back as it says, or fails as a run without one does. */
  async #recover(losses: ArrayLike<number>): Promise<void> {
    const { config, control, state } = this.#options
    const action = control?.decide(state)
    this.#tell()
    if (action?.kind === 'rollback') return await this.#follow(action)
    requireFinite({ what: 'loss', value: Array.from(losses).find((loss) => !Number.isFinite(loss)) ?? Number.NaN, state, config })
  }

  async #follow(action: ControlAction): Promise<void> {
    const { control, state } = this.#options
    if (control === null) throw new LoupeError('internal', 'The batch size of a run without a policy was to be changed.')
    if (action.kind === 'rollback') return await this.#rollBack(control, action.cause)
    this.#realised = await control.change(action, state)
    this.#feeder = this.#feeder.rewind(this.#reached)
    this.#prepared = this.#prepare()
  }

  /** Goes back where memory ran out in a call that has made some of its steps; what else fails a call fails the run. */
  async #afterFailure(error: unknown): Promise<null> {
    const { control, state } = this.#options
    if (control === null || !control.canReload || !(error instanceof LoupeError) || error.code !== 'out-of-memory') throw error
    await this.#reload(control, await control.reload({ trigger: 'out-of-memory', reason: error.message, readings: [] }), (reloaded) => control.outOfMemory({ reloaded, error, run: state }))
    return null
  }

  /** Goes back to the end of the previous epoch, and on with a smaller batch size. */
  async #rollBack(control: BatchControl, cause: ControlCause): Promise<void> {
    const { state } = this.#options
    await this.#reload(control, await control.reload(cause), (reloaded) => control.rolledBack({ reloaded, cause, run: state }))
  }

  /**
   * Restores a checkpoint: weights, slots, statistics, schedule position, running means, random state and sampler. What was computed since
   * then stays in the log and in the counts.
   */
  async #reload(control: BatchControl, saved: Checkpoint, tell: (reloaded: ControlState | null) => void): Promise<void> {
    const { config, state, traces } = this.#options
    const restored = restoreState(saved)
    await traces.initialize(config, saved.variables)
    const { position, batchSize, gradient, noise } = restored.state
    Object.assign(state, { position, batchSize, gradient, noise, isEvaluationDue: false, interval: { steps: 0, callMs: 0 } })
    tell(restored.state.control)
    this.#reached = { state: restored.feeder, random: saved.random }
    this.#feeder = this.#feeder.rewind(this.#reached)
    this.#realised = await control.begin(state)
    this.#checkpointDue = false
    this.#prepared = this.#prepare()
    await this.#checkpoint()
  }

  /** The call from a place in the course on; null where the course ends. */
  #prepare(position = this.#options.state.position, lastBatch = this.#options.state.batchSize ?? this.#realised.batchSize): PreparedFeed | null {
    const { plan, control } = this.#options
    const { batchSize, stepsPerCall } = this.#realised
    if (position >= plan.maxExamples) return null
    const steps = callLength(plan, { position, batchSize, stepsPerCall })
    return this.#feeder.prepare({ position, batchSize, lastBatch, steps, rateFactor: control?.rateFactor() ?? 1 })
  }

  /** Evaluates, logs and compares with the target. Aborted half way, it leaves the evaluation due; `back` where it led to a rollback. */
  async #evaluate(): Promise<'target' | 'on' | 'back'> {
    const { config, control, state, observer, signal } = this.#options
    let values: Values
    try {
      values = await evaluateRun(this.#options, state, signal)
    } catch (error) {
      if (signal.aborted && error === signal.reason) return 'on'
      if (control === null || !(error instanceof LoupeError) || error.code !== 'not-finite') throw error
      await this.#rollBack(control, notFinite(error))
      return 'back'
    }
    state.isEvaluationDue = false
    this.#evaluatedStep = state.step
    state.wallMs = this.#clock()
    observer.onMetrics(metricRows(values, state))
    noteEvaluated(state, values['train/loss'])
    control?.observeEvaluation(values as Readonly<Record<string, number>>, state) // no value is undefined
    warnOfFallbacks(this.#options)
    if (config.target === null || !meetsTarget(config.target, criterionValue(config.target.criterion, values))) return 'on'
    if (state.step === 0) throw alreadyAtTarget(config.target, values)
    return 'target'
  }

  /** Saves where the run is, to be resumed from there. */
  async #stop(): Promise<LoopResult> {
    await this.#checkpoint()
    return { ended: 'aborted', censored: null }
  }

  async #answerSaves(requests: RunRequests): Promise<void> {
    this.#tell()
    const { observer } = this.#options
    await requests.answerSaves(async () => {
      if (observer.onSaveNetwork === undefined) throw new LoupeError('internal', 'A network was to be saved, and nobody was told where.')
      return await observer.onSaveNetwork(await this.#snapshot())
    })
  }

  /** Ends here: evaluated, saved, and with its test examples, as at the end of its course. */
  async #endEarly(): Promise<LoopResult> {
    const { state, observer, probe, signal } = this.#options
    this.#tell()
    if (this.#evaluatedStep !== state.step) await this.#evaluate()
    if (signal.aborted) return await this.#stop() // in the middle of that evaluation
    if (probe?.isComplete !== true) observer.onEvent?.({ kind: 'run.ended', level: 'info', message: `Ended by the user after step ${state.step}.`, facts: { step: state.step } })
    return await this.#finish('early')
  }

  async #finish(ended: 'target' | 'limit' | 'early'): Promise<LoopResult> {
    const { config, state, observer } = this.#options
    const values = await evaluateTest(this.#options, (predictions) => observer.onPredictions?.({ step: state.step, ...predictions }))
    state.wallMs = this.#clock()
    observer.onMetrics(metricRows(values, state))
    if ((this.#options.keepsEnd || keepsEnd(config) || ended === 'early') && this.#savedStep !== state.step) {
      // Resumed from here by a process that found this one dead, the run finds its target again.
      if (ended === 'target') state.isEvaluationDue = true
      await this.#checkpoint()
    }
    return { ended, censored: config.target === null ? null : ended !== 'target' }
  }

  async #checkpoint(): Promise<void> {
    const { control, state, observer } = this.#options
    const saved = await this.#snapshot()
    this.#savedStep = state.step
    await observer.onCheckpoint(saved, control?.checkpointsKept)
  }

  /** The run as it is now. */
  async #snapshot(): Promise<Checkpoint> {
    const { control, traces, variables, state } = this.#options
    const saved = await saveGroups(traces.session, variables)
    state.wallMs = this.#clock()
    state.control = control?.state ?? null
    const { step, examples, wallMs, functionEvaluations } = state
    const { state: feeder, random } = this.#reached
    return { step, examples, wallMs, functionEvaluations, variables: saved, state: savedState(state, feeder), random }
  }
}

/**
 * Whether a run's config asks for the weights that it ends with: those of a run that distils, or whose predictions are logged, are exported and
 * others start from them. The many runs of a sweep are looked at by their curves, and spare the disk.
 */
function keepsEnd({ distillation, evaluation }: LoopOptions['config']): boolean {
  return distillation !== null || evaluation.predictions
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

/** The cause of a rollback where an evaluation was not finite, as a policy tells it of a step. */
function notFinite({ facts }: LoupeError): ControlCause {
  const signal = facts['what'] === 'validation loss' ? 'validation-loss' : 'train-loss'
  return { trigger: 'notFinite', reason: `the ${String(facts['what'])} of an evaluation is ${String(facts['value'])}`, readings: [{ condition: 'notFinite', signal, value: 1, threshold: 0, isMet: true, side: 'diverge' }] }
}
