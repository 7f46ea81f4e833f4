import { LoupeError } from '../../contract/errors.ts'
import type { GradientRecord } from '../../contract/gradient-records.ts'
import type { MetricRow } from '../../contract/metrics.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Dataset } from '../../training/datasets/dataset.ts'
import type { Checkpoint, Trainer, TrainingOptions, TrainingResult } from '../../training/trainer.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../training/checkpoint-codec.ts'
import type { Runtime } from '../../tensorflow/runtime.ts'
import type { EngineParts } from '../parts.ts'

/** What the fake trainer does with a run, decided by the test. */
export interface FakeTraining {
  /** Steps until the target is reached. */
  stepsOf(config: RunConfig): number
  /** Resolves before each step; a test that wants to interfere holds it. */
  beforeStep?(config: RunConfig, step: number): Promise<void> | void
  /** Throws in place of the step. */
  failAt?(config: RunConfig, step: number): LoupeError | null
  /** Throws before the run begins at a step, as where a worker cannot be found. */
  missingAt?(step: number): LoupeError | null
  /** Workers that are there where the run begins; all of them where left out. */
  workersAt?(step: number): number
  /** What a run with an exchange logs of its gradients at a step. */
  gradientsAt?(step: number): readonly GradientRecord[]
}

export interface FakeLog {
  readonly started: { readonly batchSize: number; readonly seed: number; readonly fromStep: number }[]
  lanesMade: number
  lanesClosed: number
  datasetsLoaded: number
  runningNow: number
  runningMost: number
}

const empty = { inputs: { shape: [0, 4], type: 'float32', values: new Float32Array(0) }, labels: { shape: [0], type: 'int32', values: new Int32Array(0) }, count: 0 } as const

export const fakeDataset: Dataset = {
  name: 'digits',
  title: 'Four numbers',
  shape: [4],
  classes: 2,
  classNames: ['no', 'yes'],
  normalization: { offset: new Float32Array([0]), scale: new Float32Array([1]) },
  train: { ...empty, count: 100 },
  validation: { ...empty, count: 10 },
  test: { ...empty, count: 10 },
  hash: 'a'.repeat(64),
}

const runtime: Runtime = {
  kind: 'reference',
  version: '0.0.0',
  library: '',
  devices: async () => [{ name: '/device:CPU:0', kind: 'CPU', memoryBytes: 1e9, description: 'a fake' }],
  openSession: async () => {
    throw new LoupeError('unsupported', 'The fake runtime has no sessions.')
  },
}

/** Parts that train nothing: a step takes no time, and its loss is 1/step. Every checkpoint and row is as from the real loop. */
export function fakeParts(training: FakeTraining): { readonly parts: EngineParts; readonly seen: FakeLog } {
  const seen: FakeLog = { started: [], lanesMade: 0, lanesClosed: 0, datasetsLoaded: 0, runningNow: 0, runningMost: 0 }
  const parts: EngineParts = {
    openRuntime: async () => runtime,
    async loadDataset() {
      seen.datasetsLoaded++
      return fakeDataset
    },
    async createTrainer() {
      seen.lanesMade++
      return fakeTrainer(training, seen)
    },
    describeModel: async () => ({ parameters: 10, macsPerExample: 10, activationBytesPerExample: 10 }),
    measureLatencies: async ({ depths }) => depths.map((depth) => ({ depth, medianMs: depth, p95Ms: 2 * depth })),
    couplingWarnings: async () => [],
    loadCompressors: async () => () => {
      throw new LoupeError('unsupported', 'The fake trainer compresses nothing.')
    },
    gatherWorkers: async () => {
      throw new LoupeError('unsupported', 'The fake trainer has no workers elsewhere.')
    },
    encodeCheckpoint,
    decodeCheckpoint,
  }
  return { parts, seen }
}

function fakeTrainer(training: FakeTraining, seen: FakeLog): Trainer {
  return {
    environment: { tensorflow: '0.0.0', device: '/device:CPU:0', threads: 1 },
    measureStep: async ({ batchSize }) => ({ ms: batchSize / 10, traceMs: 1 }),
    profileStep: async () => ({ steps: 1, callMs: 1, operations: [] }),
    async close() {
      seen.lanesClosed++
    },
    async train(options) {
      seen.started.push({ batchSize: options.config.batchSize, seed: options.config.seed, fromStep: options.resumeFrom?.step ?? 0 })
      seen.runningMost = Math.max(seen.runningMost, ++seen.runningNow)
      try {
        return await fakeLoop(training, options)
      } finally {
        seen.runningNow--
      }
    },
  }
}

async function fakeLoop(training: FakeTraining, { config, observer, signal, resumeFrom, exchangeRequests }: TrainingOptions): Promise<TrainingResult> {
  const { batchSize } = config
  const steps = training.stepsOf(config)
  const at = (step: number) => ({ step, examples: step * batchSize, wallMs: step })
  const checkpoint = (step: number): Checkpoint => ({ ...at(step), functionEvaluations: 0, variables: { w: { shape: [1], type: 'float32', values: new Float32Array([step]) } }, state: { step }, random: [1, 2, 3, step] })
  const row = (key: MetricRow['key'], step: number): MetricRow => ({ key, ...at(step), value: 1 / (step + 1) })
  const result = (step: number): Omit<TrainingResult, 'ended' | 'censored'> => ({ steps: step, examples: step * batchSize, wallMs: step, functionEvaluations: 0, jit: false })

  let step = resumeFrom?.step ?? 0
  const missing = training.missingAt?.(step) ?? null
  if (missing !== null) throw missing
  observer.onStart?.({ jit: false })
  if (config.exchange !== null) observer.onWorkers?.(training.workersAt?.(step) ?? config.exchange.workers)
  if (step === 0) observer.onMetrics([row('train/loss', 0)])
  while (step < steps) {
    await new Promise((resolve) => setImmediate(resolve))
    await training.beforeStep?.(config, step)
    if (signal.aborted) {
      await observer.onCheckpoint(checkpoint(step))
      return { ...result(step), ended: 'aborted', censored: null }
    }
    const error = training.failAt?.(config, step) ?? null
    if (error !== null) throw error
    step++
    observer.onMetrics([row('train/batch-loss', step), ...(step % 2 === 0 ? [row('train/loss', step)] : [])])
    observer.onGradients?.(training.gradientsAt?.(step) ?? [])
    if (exchangeRequests?.takeSnapshotRequest()) observer.onSnapshot?.({ 'worker0/gradient': { shape: [2], type: 'float32', values: Float32Array.of(step, 0.5) } }, step)
    observer.onProgress({ step, examples: step * batchSize, batchLoss: 1 / step, examplesPerSecond: 1000 })
    if (step % 4 === 0) await observer.onCheckpoint(checkpoint(step))
  }
  return { ...result(step), ended: 'target', censored: false }
}
