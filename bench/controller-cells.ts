import { runConfig } from '../main/contract/run-config.ts'
import type { RunConfig, RunConfigInput } from '../main/contract/run-config.ts'
import type { BatchPolicy } from '../main/contract/batch-policy.ts'
import { createPolicy } from '../main/methods/loss-gap-batch/policy/create-policy.ts'
import type { Runtime } from '../main/tensorflow/runtime.ts'
import { chooseThreads } from '../main/training/choose-threads.ts'
import { createTrainer } from '../main/training/create-trainer.ts'
import { createModel } from '../main/training/models/index.ts'
import type { Trainer } from '../main/training/trainer.ts'
import { syntheticDataset } from './synthetic-dataset.ts'

const shape = [28, 28, 1]
const classes = 10
/** As many as the comparison trains on by default: the policy measures its windows, and the log its curves, in parts of an epoch. */
export const examples = 10_000

export interface Cell {
  readonly title: string
  readonly model: RunConfig['model']
  readonly batch: number
  /** Of a turn: an epoch, or a fifth where steps are long. */
  readonly steps: number
  /** Of all sides' turns, in each of the three sessions. */
  readonly rounds: number
}

const mlp = runConfig.parse({ model: { kind: 'mlp' } }).model
const cnn = runConfig.parse({ model: { kind: 'cnn' } }).model
export const cells: readonly Cell[] = [
  { title: 'MLP', model: mlp, batch: 16, steps: 620, rounds: 32 },
  { title: 'MLP', model: mlp, batch: 64, steps: 156, rounds: 32 },
  { title: 'MLP', model: mlp, batch: 256, steps: 40, rounds: 32 },
  { title: 'CNN', model: cnn, batch: 32, steps: 62, rounds: 6 },
]

/** Every condition is on and computed, and none can ever be met. */
export const neverChanges = { kind: 'loss-gap', batchMin: 8, batchMax: 1024, valueBelow: 0, slopeBelow: 0, relativeSlopeBelow: 0, derivativeBelow: 0, flatT: null, divergeSigma: 1e9, divergeRatio: 1e9, divergeT: 1e9 } as const

export function open({ cell, runtime, threads }: { readonly cell: Cell; readonly runtime: Runtime; readonly threads: number }): Promise<Trainer> {
  const { cost } = createModel(cell.model, shape, classes)
  return createTrainer({ runtime, dataset: syntheticDataset({ shape, classes, examples }), ...chooseThreads({ kind: cell.model.kind, cost, batchSize: cell.batch, cores: threads }) })
}

export function configOf({ model, batch }: Cell, steps: number, batchPolicy: RunConfigInput['batchPolicy']): RunConfigInput {
  return { model, batchSize: batch, batchPolicy: batchPolicy ?? null, optimizer: { kind: 'sgd', learningRate: 0.01 }, maxExamples: steps * batch, evaluation: { everyExamples: Number.MAX_SAFE_INTEGER, trainExamples: 1000, testAtEnd: false } }
}

/** The policy of a config; undefined where it has none. */
export function policyOf({ batchPolicy, batchSize, labelSmoothing, optimizer }: RunConfig): (() => BatchPolicy) | undefined {
  if (batchPolicy === null) return undefined
  return () => createPolicy({ config: batchPolicy, facts: { firstBatch: batchSize, trainExamples: examples, classes, labelSmoothing, momentum: 0, optimizer: optimizer.kind } })
}
