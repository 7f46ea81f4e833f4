import type { BatchPolicy } from '../contract/batch-policy.ts'
import type { DecorrelationRecord } from '../contract/decorrelation-records.ts'
import type { DistillationRecord, RunPredictions } from '../contract/distillation-records.ts'
import type { EventKind } from '../contract/event-kinds.ts'
import type { CompressorConfig } from '../contract/exchange-config.ts'
import type { GradientRecord } from '../contract/gradient-records.ts'
import type { Environment } from '../contract/records.ts'
import type { MetricBlock } from '../contract/metric-block.ts'
import type { MetricRow } from '../contract/metrics.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { HostArrays, OperationTime } from '../tensorflow/runtime.ts'
import type { ControlRequests } from './control/control-requests.ts'
import type { ReadWeights } from './distillation/initial-weights.ts'
import type { Compressor } from './exchange/compressor.ts'
import type { ExchangeRequests } from './exchange/exchange-requests.ts'
import type { GatherWorkers } from './exchange/worker-pool.ts'
import type { RandomState } from './random.ts'
import type { RunRequests, SavedNetwork } from './run-requests.ts'

/** Everything that a run needs to go on exactly where it was. Written as a file; the log keeps its SHA-256. */
export interface Checkpoint {
  readonly step: number
  readonly examples: number
  readonly wallMs: number
  readonly functionEvaluations: number
  /** Parameters, statistics and slots, by their session names. */
  readonly variables: HostArrays
  /** Sampler position, random states, running means, last step size: plain JSON, owned by the parts that wrote it. */
  readonly state: Readonly<Record<string, unknown>>
  readonly random: RandomState
}

/** How a run tells what happens. The caller logs; none of these is awaited but `onCheckpoint`. */
export interface TrainingObserver {
  /** Before the first step, with what was chosen for this run: logged at once, so that a run whose process dies resumes with the same. */
  onStart?(chosen: { readonly jit: boolean }): void
  onMetrics(rows: readonly MetricRow[]): void
  /** The steps of a call, as columns; an observer without it is given them as rows. */
  onSteps?(block: MetricBlock): void
  onProgress(progress: { readonly step: number; readonly examples: number; readonly batchLoss: number | null; readonly examplesPerSecond: number }): void
  /** @param kept  How many of the run's checkpoints must stay, this one included; left to the caller where absent. */
  onCheckpoint(checkpoint: Checkpoint, kept?: number): Promise<void>
  /**
   * One of the run's own checkpoints, for a rollback.
   *
   * @throws LoupeError `not-found`, or `log-corrupt` where it is not what was saved.
   */
  readCheckpoint?(step: number): Promise<Checkpoint>
  /** Before the first step of a run that exchanges gradients: its workers are together, so many. */
  onWorkers?(workers: number): void
  /** What a run that distils looked at, at each evaluation. */
  onDistillation?(record: DistillationRecord): void
  /** What a run that decorrelates channels looked at, at each evaluation. */
  onDecorrelation?(record: DecorrelationRecord): void
  /** A checkpoint that the user asked for: kept beside those of `onCheckpoint`, and no rollback goes to it. */
  onSaveNetwork?(checkpoint: Checkpoint): Promise<SavedNetwork>
  /** What is predicted of each test example at the end, where the config asks for it. */
  onPredictions?(predictions: RunPredictions): void
  /** Histograms of the gradients of all workers, at the steps where they are logged. */
  onGradients?(records: readonly GradientRecord[]): void
  /** Gradients and compressed values of all workers in full, by names such as `worker-0/gradient/conv1/kernel`: asked for by `exchangeRequests`. */
  onSnapshot?(arrays: HostArrays, step: number): void
  /** Something worth an entry in the log, such as a change of the batch size. */
  onEvent?(event: { readonly kind: EventKind; readonly level: 'info' | 'warning'; readonly message: string; readonly facts: Readonly<Record<string, unknown>> }): void
  onWarning(code: EventKind, message: string, facts: Readonly<Record<string, unknown>>): void
}

export interface TrainingOptions {
  readonly config: RunConfig
  readonly observer: TrainingObserver
  /** Asks the run to save a checkpoint and end early; checked between calls. */
  readonly signal: AbortSignal
  readonly resumeFrom?: Checkpoint
  /** As recorded by the environment of the run that is resumed, so that it goes on bit for bit. */
  readonly jit?: boolean
  /** Makes what changes the batch size on the way; must be there where the config has a batch policy. */
  readonly createPolicy?: (facts: DataFacts) => BatchPolicy
  /** Makes what compresses gradients; must be there where the config has an exchange. */
  readonly createCompressor?: (config: CompressorConfig) => Compressor
  /** Brings workers on other machines together; must be there where the config's exchange names hosts. */
  readonly gatherWorkers?: GatherWorkers
  /** Reads the trained parameters of another run; must be there where the config's distillation starts from one. */
  readonly readWeights?: ReadWeights
  /** What the user asks of the exchange while the run trains. */
  readonly exchangeRequests?: ExchangeRequests
  /** What the user asks of the run while it trains, whatever it is. */
  readonly runRequests?: RunRequests
  /** Also saves the weights that the run ends with where its config alone would not ask for them, as for a run that belongs to no sweep. */
  readonly keepsEnd?: boolean
  /** What the user asks of the policy while the run trains. */
  readonly requests?: ControlRequests
}

/** What runs whose workers exchange gradients need besides their config. */
export type ExchangeParts = Pick<TrainingOptions, 'createCompressor' | 'gatherWorkers'>

/** What a batch policy must know of the data. */
export interface DataFacts {
  readonly trainExamples: number
  readonly validationExamples: number
  readonly classes: number
}

export interface TrainingResult {
  /** `target`: reached; `limit`: maxExamples without reaching it; `early`: the user or all thresholds said it is enough; `aborted`: by the signal, checkpoint saved. */
  readonly ended: 'target' | 'limit' | 'early' | 'aborted'
  readonly steps: number
  readonly examples: number
  readonly wallMs: number
  readonly functionEvaluations: number
  /** Null without a target, or where the run was aborted. */
  readonly censored: boolean | null
  readonly jit: boolean
}

/** Trains runs one after the other, on one session. Runs that share model and data share the session, its data and its traces. */
export interface Trainer {
  train(options: TrainingOptions): Promise<TrainingResult>
  /** Median time of a step over a few trial steps, of all workers where they exchange gradients; nothing is logged. */
  measureStep(config: RunConfig, parts?: ExchangeParts): Promise<{ readonly ms: number; readonly traceMs: number }>
  /** What each operation of one of the run's calls takes. */
  profileStep(config: RunConfig): Promise<StepProfile>
  /** What the environment record says of this trainer, jit excepted. */
  readonly environment: Pick<Environment, 'tensorflow' | 'device' | 'threads'>
  close(): Promise<void>
}

/** Where the time of one call of a run goes. */
export interface StepProfile {
  /** Steps in the call. */
  readonly steps: number
  /** Of the call, untraced: the median of some. */
  readonly callMs: number
  /** In order of their starts. Their times add up to more than the call's where several ran at once. */
  readonly operations: readonly OperationTime[]
}
