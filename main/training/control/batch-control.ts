import { LoupeError } from '../../contract/errors.ts'
import { decisionMark } from '../../contract/batch-policy.ts'
import type { BatchDecision, BatchPolicy, ConditionReading, DecidingNumbers } from '../../contract/batch-policy.ts'
import { metrics } from '../../contract/metrics.ts'
import type { EventKind } from '../../contract/event-kinds.ts'
import type { MetricKey, MetricRow } from '../../contract/metrics.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { RunPlan } from '../run-plan.ts'
import type { RunState } from '../run-state.ts'
import type { Checkpoint, TrainingObserver } from '../trainer.ts'
import type { DevicePool } from '../realisation/device-pool.ts'
import type { RealisingUnit } from '../realisation/realising-unit.ts'
import type { Realised } from './batch-unit.ts'
import type { ControlState } from './control-state.ts'
import type { ControlRequests } from './control-requests.ts'

export interface BatchControlOptions {
  readonly config: RunConfig
  readonly policy: BatchPolicy
  readonly plan: RunPlan
  readonly unit: RealisingUnit
  readonly devices: DevicePool
  readonly observer: TrainingObserver
  readonly requests: ControlRequests | null
}

/** Why the batch size changes, or a checkpoint is reloaded. */
export interface ControlCause {
  /** The condition that was met, or `request`. */
  readonly trigger: string
  readonly reason: string
  readonly readings: readonly ConditionReading[]
  readonly numbers?: DecidingNumbers
}

/** What the loop must do now. */
export type ControlAction = { readonly kind: 'change'; readonly batchSize: number; readonly cause: ControlCause } | { readonly kind: 'rollback'; readonly cause: ControlCause }

const DEFAULT_KEPT = 3

/**
 * Changes the batch size of a run while it trains: shows the policy what happens, asks it before each call, has what it decides realised,
 * and logs each change with the reason and the way it was realised.
 */
export class BatchControl {
  readonly #options: BatchControlOptions
  readonly #state: ControlState
  #status = ''
  #warned = 0
  /** Since the last decision the policy was shown something that is not finite: it answers at once. */
  #isBroken = false
  /** The policy was asked, and its curves are not logged yet. */
  #areCurvesDue = false

  constructor(options: BatchControlOptions, saved: ControlState | null) {
    const { config, policy } = options
    const policyConfig = JSON.stringify(config.batchPolicy)
    this.#options = options
    if (saved?.policyConfig === policyConfig) {
      policy.restore(saved.policy)
      this.#state = structuredClone(saved)
    } else {
      this.#state = { policyConfig, policy: {}, unit: null, batchSize: saved?.batchSize ?? config.batchSize, ring: [], rollbacks: 0, rolledBackAt: 0, decidedAt: -1, isFrozen: false }
    }
  }

  get batchSize(): number {
    return this.#state.batchSize
  }

  /** Whether evaluations must estimate the gradient noise, asked for by the config or not. */
  get needsNoise(): boolean {
    return this.#options.policy.needs.noise
  }

  get needsGradientNorm(): boolean {
    return this.#options.policy.needs.gradientNorm
  }

  /** For a checkpoint. */
  get state(): ControlState {
    const { policy, unit } = this.#options
    // Policies change no value that they have given away, and the unit gives a copy.
    return { ...this.#state, ring: structuredClone(this.#state.ring), policy: { ...policy.state }, unit: unit.state }
  }

  /** Checkpoints of this run that must stay: the ring, and as many as rollbacks and stops may add between its entries. */
  get checkpointsKept(): number {
    return this.#ringSize() + this.#state.rollbacks + 3
  }

  rateFactor(): number {
    return this.#options.policy.learningRateFactor(this.#state.batchSize)
  }

  observeStep(step: { readonly loss: number; readonly gradientNorm: number | null; readonly learningRate: number }, { position, batchSize }: RunState): void {
    const { loss, gradientNorm, learningRate } = step
    if (!Number.isFinite(loss) || (gradientNorm !== null && !Number.isFinite(gradientNorm))) this.#isBroken = true
    this.#options.policy.observeStep({ loss, gradientNorm, learningRate, position, batchSize: batchSize ?? this.#state.batchSize })
  }

  observeEvaluation(values: Readonly<Record<string, number>>, { position }: RunState): void {
    this.#options.policy.observeEvaluation({ position, values })
  }

  /** What is to be done before the next call; null for nothing. */
  decide(run: RunState): ControlAction | null {
    const asked = this.#requested()
    if (asked !== null) return asked
    const { plan, policy } = this.#options
    const mark = decisionMark(run.position, plan.trainExamples)
    if (mark === this.#state.decidedAt && !this.#isBroken) return null
    this.#state.decidedAt = mark
    this.#isBroken = false
    const decision = policy.decide({ position: run.position, batchSize: this.#state.batchSize, epoch: Math.floor(run.position / plan.trainExamples), endsEpoch: this.endsEpoch(run) })
    this.#areCurvesDue = true
    this.#logStatus(decision)
    if (decision.kind === 'keep') return null
    const { trigger, reason, readings } = decision
    const cause = { trigger, reason, readings }
    if (decision.kind === 'rollback') return { kind: 'rollback', cause }
    if (this.#state.isFrozen || decision.batchSize === this.#state.batchSize) return null
    return { kind: 'change', batchSize: decision.batchSize, cause: decision.numbers === undefined ? cause : { ...cause, numbers: decision.numbers } }
  }

  /** Logs what the policy measured for its last decision: apart, so that the next call need not wait for it. To be called before the state or the policy moves on. */
  tellCurves({ step, examples, wallMs }: RunState): void {
    if (!this.#areCurvesDue) return
    this.#areCurvesDue = false
    const { observer, policy } = this.#options
    const { curves, warnings } = policy
    for (const { code, message, facts } of warnings.slice(this.#warned)) observer.onWarning(code, message, facts)
    this.#warned = warnings.length
    const rows: MetricRow[] = []
    for (const [key, value] of Object.entries(curves)) if (key in metrics && Number.isFinite(value)) rows.push({ key: key as MetricKey, step, examples, wallMs, value }) // just looked up
    if (rows.length > 0) observer.onMetrics(rows)
  }

  /** Has the batch size in force realised, as at the beginning, after a resume or after a rollback. */
  async begin(run: RunState): Promise<Realised> {
    const realised = await this.#options.unit.realise(this.#state.batchSize)
    this.#logShape(realised, run)
    return realised
  }

  /** Has a new batch size realised, and logs why and how. */
  async change(action: Extract<ControlAction, { kind: 'change' }>, run: RunState): Promise<Realised> {
    const { batchSize: toBatch, cause } = action
    const fromBatch = this.#state.batchSize
    const realised = await this.#options.unit.realise(toBatch)
    this.#options.policy.changed({ position: run.position, fromBatch, toBatch })
    this.#state.batchSize = toBatch
    this.#event(run, 'batch.changed', `Batch size ${fromBatch} → ${toBatch}: ${cause.reason}. Realised as ${shapeOf(realised)}: ${realised.reason}.`, { ...cause, fromBatch, toBatch, ...factsOf(realised) })
    this.#logShape(realised, run)
    return realised
  }

  /** Memory ran out in an update, which was made again: the same batch goes on in smaller micro-batches. */
  shrunkMicroBatch(realised: Realised, run: RunState): void {
    this.#event(run, 'batch.realised-smaller', `The batch of ${realised.batchSize} goes on as ${shapeOf(realised)}: ${realised.reason}.`, { batchSize: realised.batchSize, ...factsOf(realised) })
    this.#logShape(realised, run)
  }

  /** The end of an epoch was saved: a rollback can come back to it. */
  saved(run: RunState): void {
    const epoch = Math.floor(run.position / this.#options.plan.trainExamples)
    this.#state.ring.push({ epoch, step: run.step, below: run.batchSize ?? this.#state.batchSize })
    while (this.#state.ring.length > this.#ringSize()) this.#state.ring.shift()
  }

  /**
   * Finds the checkpoint to go back to.
   *
   * @throws LoupeError `diverged` where no epoch has been saved, `log-corrupt` or `not-found` where its file is not what was saved.
   */
  async reload(cause: ControlCause): Promise<Checkpoint> {
    const { observer } = this.#options
    const entry = this.#state.ring.at(-1)
    if (entry === undefined || observer.readCheckpoint === undefined) {
      throw new LoupeError('diverged', `Training diverged before the end of its first epoch, and there is nothing to reload: ${cause.reason}. Lower the learning rate, begin with a warm-up, or with a smaller batch size.`, { trigger: cause.trigger })
    }
    try {
      return await observer.readCheckpoint(entry.step)
    } catch (error) {
      if (!(error instanceof LoupeError)) throw error
      throw new LoupeError(error.code, `Training diverged (${cause.reason}), and the checkpoint of epoch ${entry.epoch} that it should go back to does not read: ${error.message}`, { ...error.facts, epoch: entry.epoch, step: entry.step })
    }
  }

  /**
   * Goes on from a reloaded checkpoint: with the policy's state of that time, and a batch size below that of the epoch before, and of
   * each earlier try.
   *
   * @throws LoupeError `diverged` where there is none, or no rollback is left.
   */
  rolledBack({ reloaded, cause, run }: { readonly reloaded: ControlState | null; readonly cause: ControlCause; readonly run: RunState }): void {
    const { policy } = this.#options
    const entry = this.#state.ring.at(-1)
    if (entry === undefined || reloaded === null) throw new LoupeError('internal', 'A rollback was made without a checkpoint of this controller.')
    const fromBatch = this.#state.batchSize
    const discarded = { discardedFrom: Math.max(entry.step, this.#state.rolledBackAt) + 1, discardedTo: run.step }
    policy.restore(reloaded.policy)
    this.#state.rollbacks += 1
    const toBatch = policy.rolledBack({ position: run.position, epochBatch: entry.below, rollbacks: this.#state.rollbacks })
    entry.below = toBatch
    this.#state.batchSize = toBatch
    this.#state.rolledBackAt = run.step
    const facts = { ...cause, fromBatch, toBatch, toEpoch: entry.epoch, checkpointStep: entry.step, rollbacks: this.#state.rollbacks, ...discarded }
    this.#event(run, 'batch.rolled-back', `Back to the end of epoch ${entry.epoch} (rollback ${this.#state.rollbacks}), and on with a batch of ${toBatch} after ${fromBatch}: ${cause.reason}.`, facts)
  }

  /** True at the end of an epoch, unless a rollback has just come back to it. */
  endsEpoch(run: RunState): boolean {
    const { trainExamples } = this.#options.plan
    const before = run.position - (run.batchSize ?? this.#state.batchSize)
    return run.step !== this.#state.rolledBackAt && run.position > 0 && Math.floor(run.position / trainExamples) > Math.floor(before / trainExamples)
  }

  /** Memory ran out in a call that cannot be made again: it goes back to the last epoch, and on with the same batch in smaller micro-batches. */
  outOfMemory({ reloaded, error, run }: { readonly reloaded: ControlState | null; readonly error: LoupeError; readonly run: RunState }): void {
    const entry = this.#state.ring.at(-1)
    if (entry === undefined || reloaded === null) throw error
    this.#options.policy.restore(reloaded.policy)
    const discarded = { discardedFrom: Math.max(entry.step, this.#state.rolledBackAt) + 1, discardedTo: run.step }
    this.#state.rolledBackAt = run.step
    this.#event(run, 'batch.out-of-memory', `Memory ran out in the middle of a call: back to the end of epoch ${entry.epoch}, and on with the same batch size in smaller micro-batches. ${error.message}`, { toEpoch: entry.epoch, checkpointStep: entry.step, batchSize: this.#state.batchSize, reason: error.message, ...discarded })
  }

  get canReload(): boolean {
    return this.#state.ring.length > 0 && this.#options.observer.readCheckpoint !== undefined
  }

  #ringSize(): number {
    const { batchPolicy } = this.#options.config
    return batchPolicy?.kind === 'loss-gap' ? batchPolicy.checkpointsKept : DEFAULT_KEPT
  }

  /** A request of the user, turned into an action; null for none. */
  #requested(): ControlAction | null {
    const request = this.#options.requests?.take() ?? null
    if (request === null) return null
    const { config } = this.#options
    switch (request.kind) {
      case 'freeze':
      case 'release':
        this.#state.isFrozen = request.kind === 'freeze'
        this.#options.observer.onEvent?.({ kind: 'batch.frozen', level: 'info', message: request.kind === 'freeze' ? 'The batch size stays as it is until the controller is released.' : 'The controller decides again.', facts: { isFrozen: this.#state.isFrozen } })
        return null
      case 'rollback':
        return { kind: 'rollback', cause: { trigger: 'request', reason: 'asked for by the user', readings: [] } }
      case 'devices':
        this.#options.devices.setAvailableCount(request.available)
        return { kind: 'change', batchSize: this.#state.batchSize, cause: { trigger: 'request', reason: `${request.available} ${request.available === 1 ? 'device is' : 'devices are'} available now`, readings: [] } }
      case 'set': {
        const { batchMin = 1, batchMax = Infinity } = config.batchPolicy ?? {}
        const batchSize = Math.round(Math.min(Math.max(request.batchSize, batchMin), batchMax))
        if (batchSize === this.#state.batchSize) return null
        return { kind: 'change', batchSize, cause: { trigger: 'request', reason: 'asked for by the user', readings: [] } }
      }
    }
  }

  /** Told when it changes, so that the window can say why nothing happens. */
  #logStatus(decision: BatchDecision): void {
    const status = decision.kind === 'keep' ? decision.status : 'armed'
    if (status === this.#status) return
    this.#status = status
    this.#options.observer.onEvent?.({ kind: 'batch.status', level: 'info', message: `The batch-size controller: ${status.replaceAll('-', ' ')}.`, facts: { status } })
  }

  #logShape(realised: Realised, { step, examples, wallMs }: RunState): void {
    const values: Partial<Record<MetricKey, number>> = { 'batch/size': realised.batchSize, 'batch/micro': realised.microBatch, 'batch/loops': realised.loops, 'batch/replicas': realised.replicas, ...(realised.bytesFree === null ? {} : { 'batch/bytes-free': realised.bytesFree }) }
    this.#options.observer.onMetrics(Object.entries(values).map(([key, value]) => ({ key: key as MetricKey, step, examples, wallMs, value }))) // its keys are metric keys
  }

  #event({ step, examples, position }: RunState, kind: EventKind, message: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.observer.onEvent?.({ kind, level: kind === 'batch.rolled-back' ? 'warning' : 'info', message, facts: { step, examples, position, epoch: Math.floor(position / this.#options.plan.trainExamples), ...facts } })
  }
}

function shapeOf({ replicas, microBatch, loops }: Realised): string {
  return `${replicas} × ${microBatch} × ${loops} (replicas × micro-batch × loops)`
}

function factsOf({ lever, replicas, microBatch, loops, bytesFree, traceMs, reason }: Realised) {
  return { lever, replicas, microBatch, loops, bytesFree, traceMs, realisationReason: reason }
}
