import type { BatchPolicy } from '../contract/batch-policy.ts'
import type { DecorrelationRecord } from '../contract/decorrelation-records.ts'
import type { DistillationRecord, RunPredictions } from '../contract/distillation-records.ts'
import { LoupeError } from '../contract/errors.ts'
import type { GradientRecord } from '../contract/gradient-records.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfigInput } from '../contract/run-config.ts'
import type { MetricKey, MetricRow } from '../contract/metrics.ts'
import type { HostArrays } from '../tensorflow/runtime.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-codec.ts'
import type { ControlRequests } from './control/control-requests.ts'
import type { ReadWeights } from './distillation/initial-weights.ts'
import type { ExchangeRequests } from './exchange/exchange-requests.ts'
import type { RunRequests } from './run-requests.ts'
import type { Checkpoint, Trainer, TrainingOptions, TrainingResult } from './trainer.ts'

/** A run and all that it told its observer. */
export interface RecordedRun {
  readonly result: TrainingResult
  readonly rows: readonly MetricRow[]
  /** Encoded and decoded again, as a file would. */
  readonly checkpoints: readonly Checkpoint[]
  readonly warnings: readonly string[]
  /** Histograms of gradients. */
  readonly gradients: readonly GradientRecord[]
  /** Of a run that distils. */
  readonly distillation: readonly DistillationRecord[]
  /** Of a run that decorrelates channels. */
  readonly decorrelation: readonly DecorrelationRecord[]
  /** Those that were asked for. */
  readonly savedNetworks: readonly Checkpoint[]
  readonly predictions: readonly RunPredictions[]
  readonly snapshots: readonly { readonly arrays: HostArrays; readonly step: number }[]
  readonly events: readonly { readonly kind: string; readonly message: string; readonly facts: Readonly<Record<string, unknown>> }[]
  /** Values of one metric, in the order logged. */
  values(key: MetricKey): number[]
}

export interface RecordOptions {
  readonly trainer: Trainer
  readonly config: RunConfigInput
  /** Asks the run to stop once a row of this step has been logged. */
  readonly abortAtStep?: number
  readonly resumeFrom?: Checkpoint
  /** Filled as the run goes, so that a test sees what was logged before an error. */
  readonly rows?: MetricRow[]
  readonly policy?: BatchPolicy
  readonly requests?: ControlRequests
  readonly createCompressor?: TrainingOptions['createCompressor']
  readonly exchangeRequests?: ExchangeRequests
  readonly readWeights?: ReadWeights
  readonly runRequests?: RunRequests
  /** Called with each step's rows, before anything is asked of the run. */
  readonly onRows?: (rows: readonly MetricRow[]) => void
  /** Checkpoints of an earlier part of the run, for rollbacks. */
  readonly earlier?: readonly Checkpoint[]
}

/** Trains for a test and keeps what the observer is told. */
export async function recordRun({ trainer, config, abortAtStep = Infinity, resumeFrom, rows = [], policy, requests, createCompressor, exchangeRequests, readWeights, runRequests, onRows, earlier = [] }: RecordOptions): Promise<RecordedRun> {
  const checkpoints: Checkpoint[] = []
  const warnings: string[] = []
  const gradients: GradientRecord[] = []
  const distillation: DistillationRecord[] = []
  const decorrelation: DecorrelationRecord[] = []
  const savedNetworks: Checkpoint[] = []
  const predictions: RunPredictions[] = []
  const snapshots: { arrays: HostArrays; step: number }[] = []
  const events: { kind: string; message: string; facts: Readonly<Record<string, unknown>> }[] = []
  const abort = new AbortController()
  const result = await trainer.train({
    config: runConfig.parse(config),
    signal: abort.signal,
    ...(resumeFrom ? { resumeFrom } : {}),
    ...(policy ? { createPolicy: () => policy } : {}),
    ...(requests ? { requests } : {}),
    ...(createCompressor ? { createCompressor } : {}),
    ...(exchangeRequests ? { exchangeRequests } : {}),
    ...(readWeights ? { readWeights } : {}),
    ...(runRequests ? { runRequests } : {}),
    observer: {
      onMetrics(logged) {
        rows.push(...logged)
        onRows?.(logged)
        if (logged.some((row) => row.step >= abortAtStep)) abort.abort()
      },
      onDistillation(record) {
        distillation.push(record)
      },
      onDecorrelation(record) {
        decorrelation.push(record)
      },
      async onSaveNetwork(checkpoint) {
        const bytes = encodeCheckpoint(checkpoint)
        savedNetworks.push(decodeCheckpoint(bytes))
        return { step: checkpoint.step, sha256: 'not hashed', bytes: bytes.length }
      },
      onPredictions(made) {
        predictions.push(made)
      },
      onGradients(records) {
        gradients.push(...records)
      },
      onSnapshot(arrays, step) {
        snapshots.push({ arrays, step })
      },
      onProgress() {},
      async onCheckpoint(checkpoint) {
        checkpoints.push(decodeCheckpoint(encodeCheckpoint(checkpoint)))
      },
      onWarning(code) {
        warnings.push(code)
      },
      onEvent({ kind, message, facts }) {
        events.push({ kind, message, facts })
      },
      async readCheckpoint(step) {
        const found = [...earlier, ...checkpoints].findLast((checkpoint) => checkpoint.step === step)
        if (found === undefined) throw new LoupeError('not-found', `There is no checkpoint of step ${step}.`, { step })
        return found
      },
    },
  })
  return { result, rows, checkpoints, warnings, events, gradients, snapshots, distillation, decorrelation, savedNetworks, predictions, values: (key) => rows.filter((row) => row.key === key).map((row) => row.value) }
}

/** What must not depend on how long things took. */
export function withoutTimes(rows: readonly MetricRow[]): readonly Omit<MetricRow, 'wallMs'>[] {
  return rows.filter((row) => row.key !== 'time/step').map(({ key, step, examples, value }) => ({ key, step, examples, value }))
}
