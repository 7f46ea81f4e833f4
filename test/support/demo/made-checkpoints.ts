import type { LogWriter } from '../../../main/log/log.ts'
import type { HostArray } from '../../../main/tensorflow/runtime.ts'
import { encodeCheckpoint } from '../../../main/training/checkpoint-codec.ts'
import { Random } from '../../../main/training/random.ts'
import type { Checkpoint } from '../../../main/training/trainer.ts'

const shapes: Readonly<Record<string, readonly number[]>> = {
  'parameters/dense1/kernel': [64, 16],
  'parameters/dense1/bias': [16],
  'parameters/norm1/scale': [16],
  'parameters/classes/kernel': [16, 10],
  'parameters/classes/bias': [10],
  'statistics/norm1/mean': [16],
  'statistics/norm1/variance': [16],
  'slots/momentum/dense1/kernel': [64, 16],
}

/** A made-up checkpoint as a run would save it: small weights that move away from where they began, step by step. */
export function madeCheckpoint(options: { readonly step: number; readonly seed?: number; readonly batchSize?: number; readonly trainExamples?: number; readonly without?: string }): Checkpoint {
  const { step, seed = 1, batchSize = 64, trainExamples = 1000, without = '' } = options
  const [random, drift] = [Random.seeded(seed, 'made-checkpoint'), Random.seeded(seed, `made-checkpoint/${step}`)]
  const examples = step * batchSize
  const variables = Object.fromEntries(
    Object.entries(shapes)
      .filter(([name]) => name !== without)
      .map(([name, shape]): [string, HostArray] => {
        const count = shape.reduce((product, side) => product * side, 1)
        return [name, { shape, type: 'float32', values: Float32Array.from({ length: count }, () => random.uniform() - 0.5 + (drift.uniform() - 0.45) * 0.001 * step) }]
      }),
  )
  return {
    step,
    examples,
    wallMs: step * 9,
    functionEvaluations: 0,
    variables,
    state: { feeder: { order: { examples: trainExamples, epoch: Math.floor(examples / trainExamples), position: examples % trainExamples, random: [1, 2, 3, 4] }, searchOrder: null, further: {} } },
    random: [1, 2, 3, 4],
  }
}

/** Saves made-up checkpoints of runs that are in the log, at each of some steps, the first of each run kept. */
export function writeMadeCheckpoints(log: LogWriter, options: { readonly runIds: readonly string[]; readonly steps: readonly number[] }): void {
  const { runIds, steps } = options
  runIds.forEach((runId, index) => {
    const { batchSize } = log.run(runId).config
    steps.forEach((step, at) => {
      log.saveCheckpoint(runId, { step, examples: step * batchSize, bytes: encodeCheckpoint(madeCheckpoint({ step, seed: index + 1, batchSize })), keep: at === 0 && index % 4 === 0 ? 'this' : steps.length })
    })
  })
}
