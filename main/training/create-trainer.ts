import { LoupeError } from '../contract/errors.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { Runtime, Session } from '../tensorflow/runtime.ts'
import type { Dataset } from './datasets/dataset.ts'
import type { RunProbe } from './evaluate-run.ts'
import { needsFullGradient, checkRun, planRun } from './run-plan.ts'
import type { RunPlan } from './run-plan.ts'
import { chooseJit } from './choose-jit.ts'
import { Feeder } from './feeder.ts'
import { ExchangeTrainer } from './exchange/train-exchange.ts'
import { DecorrelatedRun } from './decorrelation/decorrelated-run.ts'
import { tracedDecorrelation } from './decorrelation/decorrelation-traces.ts'
import { reachWarnings } from './decorrelation/reach-warnings.ts'
import { labelledCount } from './decorrelation/streams.ts'
import { changesPhase } from './distillation/course.ts'
import { DistilledRun } from './distillation/distilled-run.ts'
import type { ReadWeights } from './distillation/initial-weights.ts'
import { runLoop } from './loop.ts'
import { restoreState, startState } from './run-state.ts'
import type { RunState } from './run-state.ts'
import { BatchControl } from './control/batch-control.ts'
import { couplingWarnings } from './realisation/coupling.ts'
import { poolFor, virtualDevices } from './realisation/device-pool.ts'
import { firstMicroBatch } from './realisation/realisation.ts'
import { createRealisingUnit } from './realisation/realising-unit.ts'
import { chooseStepsPerCall } from './steps-per-call.ts'
import { Traces } from './traces.ts'
import { medianStepMs, searchBatchOf, trialFeed } from './trial-steps.ts'
import type { RunVariables } from './traces.ts'
import type { ExchangeParts, StepProfile, Trainer, TrainingObserver, TrainingOptions, TrainingResult } from './trainer.ts'
import { residentBytes } from './resident-data.ts'
import type { TrainingCall } from './training-step.ts'

export interface CreateTrainerOptions {
  readonly runtime: Runtime
  readonly dataset: Dataset
  /** TensorFlow's name of it; the first CPU when left out. See {@link chooseDevice}. */
  readonly device?: string
  /** 0 or left out: as many as cores. */
  readonly threads?: number
  /** See {@link chooseThreads}; 1 when left out. */
  readonly parallelOps?: number
  /** Ops in the session's graph above which the session is renewed before the next run; some hundred thousand when left out. */
  readonly renewAboveOperations?: number
}

/** Ops after which a session is renewed before the next run: a TensorFlow graph only grows, and slows down with it. */
const MOST_OPERATIONS = 150_000
const BYTES_OF_A_PARAMETER = 4
/** A parameter, its gradient sum, and at most two slots of an optimizer. */
const SLOTS_OF_A_PARAMETER = 4

/** Choices measured in this process, by all that they depend on. */
const chosenJits = new Map<string, boolean>()

/**
 * Opens a trainer for one data set: one session, the data on its device once.
 *
 * Runs go one after the other. Those that share a model share its variables and its traces, so the second run with another
 * seed starts at once.
 *
 * @throws LoupeError `out-of-memory` where the device has no room for the data.
 */
export async function createTrainer(options: CreateTrainerOptions): Promise<Trainer> {
  const trainer = new SessionTrainer(options)
  await trainer.open()
  return trainer
}

/** A run's compiled parts, its variables initialised. */
interface Prepared {
  readonly plan: RunPlan
  readonly stepsPerCall: number
  readonly jit: boolean
  readonly traces: Traces
  readonly variables: RunVariables
  readonly call: (steps: number) => TrainingCall
}

class SessionTrainer implements Trainer {
  readonly #options: CreateTrainerOptions
  #traces: Traces | null = null
  #warmed = new WeakSet<TrainingCall>()
  #isBusy = false
  /** Of runs with several workers; null before the first. */
  #exchange: ExchangeTrainer | null = null
  /** That the session has: more than one where a run's batches are to be shared out on a machine without GPUs. */
  #cpuDevices = 1

  constructor(options: CreateTrainerOptions) {
    this.#options = options
  }

  async open(): Promise<void> {
    await this.#openTraces()
  }

  get environment(): Trainer['environment'] {
    const { runtime } = this.#options
    const session = this.#session()
    return { tensorflow: runtime.version, device: session.device, threads: session.threads }
  }

  async train(options: TrainingOptions): Promise<TrainingResult> {
    return this.#alone(async () => {
      const { config, observer, signal, resumeFrom } = options
      if (config.exchange !== null) return await this.#exchangeOf(config).train(options)
      const prepared = await this.#prepare(config, options.jit)
      const { plan, stepsPerCall, traces, call, jit } = prepared
      const variables = await traces.initialize(config, resumeFrom?.variables, readerOf(options))
      // A checkpoint of step 0 holds nothing but the beginning, which evaluates the initial weights.
      const restored = resumeFrom && resumeFrom.step > 0 ? restoreState(resumeFrom) : null
      const state = restored?.state ?? startState()
      const feeder = new Feeder({
        plan,
        seed: config.seed,
        schedule: config.schedule,
        learningRate: config.optimizer.kind === 'armijo' ? 0 : config.optimizer.learningRate,
        searchBatch: searchBatchOf(config),
        further: variables.decorrelated?.streams ?? [],
        ...(resumeFrom && restored ? { resumeFrom: { state: restored.feeder, random: resumeFrom.random } } : {}),
      })
      observer.onStart?.({ jit })
      warnOfCoupling(config, variables, observer)
      const probe: RunProbe | null = distilledRun({ config, traces, variables, plan, state, observer }) ?? decorrelatedRun({ config, traces, variables, plan, state, observer, dataset: this.#options.dataset })
      const control = await this.#control(options, prepared, variables, state)
      const realised = control === null ? { batchSize: plan.batchSize, stepsPerCall, call } : await control.begin(state)
      const result = await runLoop({ config, dataset: this.#options.dataset, traces, variables, plan, state, feeder, realised, control, probe, observer, signal, requests: options.runRequests ?? null, keepsEnd: options.keepsEnd ?? false })
      const { step, examples, wallMs, functionEvaluations } = state
      return { ...result, steps: step, examples, wallMs, functionEvaluations, jit }
    })
  }

  /** A run of several workers has a session of its own. */
  #exchangeOf(config: RunConfig): ExchangeTrainer {
    const { runtime, dataset, threads = 0 } = this.#options
    checkRun(config, dataset)
    this.#exchange ??= new ExchangeTrainer({ runtime, dataset, device: this.#session().device, threads })
    return this.#exchange
  }

  /** What changes the batch size; null for a run whose batch size is fixed. */
  async #control({ config, createPolicy, observer, requests }: TrainingOptions, { plan, traces, jit }: Prepared, variables: RunVariables, state: RunState): Promise<BatchControl | null> {
    const { batchPolicy } = config
    if (batchPolicy === null) return null
    if (createPolicy === undefined) throw new LoupeError('internal', `The run has the batch policy ${batchPolicy.kind}, and no policy was given to the trainer.`)
    const { dataset, runtime } = this.#options
    const { realisation } = batchPolicy
    const policy = createPolicy({ trainExamples: dataset.train.count, validationExamples: dataset.validation.count, classes: dataset.classes })
    const heldBytes = residentBytes(dataset) + SLOTS_OF_A_PARAMETER * BYTES_OF_A_PARAMETER * variables.model.cost.parameters
    const devices = poolFor({ device: traces.session.device, all: await runtime.devices(), wanted: realisation.devices, atStart: realisation.devicesAtStart, heldBytes })
    for (const { code, message, facts } of couplingWarnings({ config, model: variables.model })) observer.onWarning(code, message, facts)
    const unit = await createRealisingUnit({
      ...{ config, realisation, plan, traces, variables, dataset, jit, devices },
      gradientNorms: policy.needs.gradientNorm,
      saved: state.control?.unit ?? null,
      onSmaller: (realised) => control.shrunkMicroBatch(realised, state),
    })
    const control = new BatchControl({ config, policy, plan, unit, devices, observer, requests: requests ?? null }, state.control)
    return control
  }

  async measureStep(config: RunConfig, parts: ExchangeParts = {}): Promise<{ readonly ms: number; readonly traceMs: number }> {
    return this.#alone(async () => {
      if (config.exchange !== null) return await this.#exchangeOf(config).measureStep({ ...parts, config })
      const { stepsPerCall, call, variables } = await this.#prepare(config, config.compute.jit === 'on')
      const measured = call(stepsPerCall)
      return { ms: await medianStepMs(measured, trialFeed(measured, config, this.#options.dataset.train.count, variables.decorrelated?.streams)), traceMs: measured.traceMs }
    })
  }

  async profileStep(config: RunConfig): Promise<StepProfile> {
    return this.#alone(async () => {
      const { stepsPerCall, call, variables } = await this.#prepare(config, config.compute.jit === 'on')
      const profiled = call(stepsPerCall)
      const feed = trialFeed(profiled, config, this.#options.dataset.train.count, variables.decorrelated?.streams)
      const callMs = (await medianStepMs(profiled, feed)) * profiled.steps
      return { steps: profiled.steps, callMs, operations: await profiled.profile(feed) }
    })
  }

  async close(): Promise<void> {
    await this.#exchange?.close()
    this.#exchange = null
    await this.#traces?.session.close()
    this.#traces = null
  }

  /** Compiles what the run needs and runs each new trace once, so that the run's own times hold no set-up. */
  async #prepare(config: RunConfig, pinnedJit: boolean | undefined): Promise<Prepared> {
    const { dataset } = this.#options
    checkRun(config, dataset)
    const devices = virtualDevices({ device: this.#session().device, wanted: config.batchPolicy?.realisation.devices ?? 1 })
    const isFull = this.#session().graphOperations > (this.#options.renewAboveOperations ?? MOST_OPERATIONS)
    if (isFull || devices > this.#cpuDevices) {
      this.#cpuDevices = Math.max(devices, this.#cpuDevices)
      await this.#renew()
    }
    const traces = this.#traces ?? (await this.#openTraces())
    const variables = await traces.initialize(config)
    const plan = planRun(config, labelledCount(config, dataset.train.count))
    const isStepwise = config.distillation !== null && changesPhase(config.distillation)
    const stepsPerCall = isStepwise ? 1 : config.compute.stepsPerCall === 0 ? chooseStepsPerCall(plan, variables.model.cost) : config.compute.stepsPerCall
    // What is cut up from the start may not fit in one piece.
    const tried = { ...config, batchSize: firstMicroBatch(config) }
    const jit = pinnedJit ?? (await this.#chooseJit({ config: tried, plan, stepsPerCall, traces, variables }))
    const call = (steps: number) => traces.trainingCall(config, variables, { steps, jit })
    if (tried.batchSize === config.batchSize) for (const steps of new Set([stepsPerCall, 1])) await this.#warm(call(steps), config, variables)
    return { plan, stepsPerCall, jit, traces, variables, call }
  }

  /** As the config says, or by measurement; measured once in a process for a model, its data, optimizer and batch size. */
  async #chooseJit({ config, plan, stepsPerCall, traces, variables }: Pick<Prepared, 'plan' | 'stepsPerCall' | 'traces' | 'variables'> & { readonly config: RunConfig }): Promise<boolean> {
    if (config.compute.jit !== 'auto') return config.compute.jit === 'on'
    const { device, threads } = traces.session
    const { name, hash, train } = this.#options.dataset
    const key = JSON.stringify([this.#options.runtime.kind, device, threads, name, hash, train.count, config.model, config.distillation, config.decorrelation && tracedDecorrelation(config.decorrelation), config.optimizer.kind, config.batchSize, stepsPerCall])
    const known = chosenJits.get(key)
    if (known !== undefined) return known
    const call = ({ jit }: { readonly jit: boolean }) => traces.trainingCall(config, variables, { steps: stepsPerCall, jit })
    const { jit, isMeasured } = await chooseJit({ call, feed: trialFeed(call({ jit: false }), config, train.count, variables.decorrelated?.streams), steps: plan.lastStep })
    if (isMeasured) chosenJits.set(key, jit)
    return jit
  }

  /** The first run of a trace is slow: TensorFlow optimises and places it then. */
  async #warm(call: TrainingCall, config: RunConfig, { decorrelated }: RunVariables): Promise<void> {
    if (this.#warmed.has(call)) return
    await call.run(trialFeed(call, config, this.#options.dataset.train.count, decorrelated?.streams))
    this.#warmed.add(call)
  }

  async #openTraces(): Promise<Traces> {
    const { runtime, dataset, device, threads, parallelOps = 1 } = this.#options
    const session = await runtime.openSession({ cpuDevices: this.#cpuDevices, ...(device === undefined ? {} : { device }), ...(threads === undefined ? {} : { threads }), parallelOps })
    this.#traces = await Traces.open(session, dataset)
    return this.#traces
  }

  async #renew(): Promise<void> {
    await this.close()
    await this.#openTraces()
  }

  #session(): Session {
    if (this.#traces) return this.#traces.session
    throw new LoupeError('conflict', 'The trainer is closed. Open another one with createTrainer.')
  }

  /** One run at a time: all of them use the same session. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#session()
    if (this.#isBusy) throw new LoupeError('conflict', 'The trainer is training already. Wait for that run to end, or open another trainer.')
    this.#isBusy = true
    try {
      return await work()
    } finally {
      this.#isBusy = false
    }
  }
}

/** Reads other runs' weights, where the run starts from some. */
function readerOf({ config: { distillation }, readWeights }: TrainingOptions): ReadWeights | null {
  const isNeeded = distillation !== null && [distillation.frontInit, distillation.rearInit].some(({ kind }) => kind === 'run')
  if (isNeeded && readWeights === undefined) throw new LoupeError('internal', 'The run starts from the weights of another, and the trainer was not told how to read them.')
  return readWeights ?? null
}

/** Looks at the chain of a run that distils; null for another run. */
function distilledRun({ config, traces, variables, plan, state, observer }: { readonly config: RunConfig; readonly traces: Traces; readonly variables: RunVariables; readonly plan: RunPlan; readonly state: RunState; readonly observer: TrainingObserver }): DistilledRun | null {
  const { distillation } = config
  const { distilled } = variables
  if (distillation === null || distilled === null) return null
  for (const { extractor, fromRun, step, loaded, left } of distilled.loaded) {
    observer.onEvent?.({ kind: 'weights.loaded', level: 'info', message: `The ${extractor === 'front' ? 'first' : 'second'} extractor starts with ${loaded} tensors of ${fromRun} at step ${step}; ${left} start at random.`, facts: { extractor, fromRun, step, loaded, left } })
  }
  const run = new DistilledRun({ chain: distilled.chain, config: distillation, course: plan, observer, validation: traces.predictor(config, variables, 'validation'), probe: traces.chainProbe(config, variables) }, state)
  distilled.variances.listener = (variances) => run.observe(variances)
  return run
}

/** Looks at the channels of a run that decorrelates; null for another run. */
function decorrelatedRun({ config, traces, variables, plan, state, observer, dataset }: { readonly config: RunConfig; readonly traces: Traces; readonly variables: RunVariables; readonly plan: RunPlan; readonly state: RunState; readonly observer: TrainingObserver; readonly dataset: Dataset }): DecorrelatedRun | null {
  const { decorrelation } = config
  const { decorrelated } = variables
  if (decorrelation === null || decorrelated === null) return null
  for (const { title, examples } of decorrelated.leftOut) {
    observer.onEvent?.({ kind: 'unlabelled.left-out', level: 'info', message: `${examples} examples of ${title} are also validation or test examples of this run, and were left out.`, facts: { dataset: title, examples } })
  }
  for (const warning of reachWarnings({ config: { ...config, decorrelation }, tapped: decorrelated.tapped, streams: decorrelated.streams })) observer.onWarning(warning.code, warning.message, warning.facts)
  const run = new DecorrelatedRun({ config: { ...config, decorrelation }, plan, dataset, probe: traces.channelProbe(config, variables), observer }, state)
  decorrelated.results.listener = (results) => run.observe(results, state.step)
  return run
}

function warnOfCoupling(config: RunConfig, { model }: RunVariables, observer: TrainingObserver): void {
  if (!model.couplesExamples || !(config.noiseScale.enabled || needsFullGradient(config))) return
  observer.onWarning(
    'batch-norm-coupling',
    `${model.title} uses batch norm, which makes the examples of a batch depend on one another: the full gradient is taken with the running statistics, and the noise scale assumes independent examples. Prefer group norm for these measures.`,
    { model: model.title },
  )
}
