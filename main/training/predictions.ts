import type { ExitPredictions } from '../contract/distillation-records.ts'
import type { Tensors } from '../tensorflow/runtime.ts'
import { tf } from '../tensorflow/tf.ts'
import { fillRange, planChunks } from './chunks.ts'
import type { EvaluationOptions } from './evaluation.ts'
import { classificationLoss } from './loss.ts'
import { readRange } from './objective.ts'
import type { Split } from './resident-data.ts'
import { readTensors } from './variables.ts'

/** One place where logits are read off: a model's end, or an exit on the way there. */
export interface Exit {
  readonly depth: number
  readonly isWhole: boolean
}

export interface PredictorOptions extends EvaluationOptions {
  readonly split: Split
  readonly exits: readonly Exit[]
  /** Logits of each exit, in evaluation mode: float32 `[n, classes]`. */
  readonly logits: (parameters: Tensors, statistics: Tensors, x: tf.Tensor, seed: tf.Tensor1D) => readonly tf.Tensor2D[]
}

/** What each exit says of every example of a split. */
export interface ExitOutputs extends Exit {
  /** Mean, in nats. */
  readonly loss: number
  readonly accuracy: number
  /** Class of each example, and its probability. */
  readonly predicted: Int32Array
  readonly confidence: Float32Array
}

/** An aborted signal ends it between two chunks, with its reason. */
export type Predictor = (signal?: AbortSignal) => Promise<readonly ExitOutputs[]>

/** Compiles what all exits predict on a split: every example once, in the order of the split. None for a split without examples. */
export function compilePredictor({ session, objective, variables, split, exits, logits }: PredictorOptions): Predictor {
  const { model, dataset, labelSmoothing } = objective
  const examples = dataset[split].count
  const labels = dataset[split].labels.values
  const chunks = planChunks({ examples, activationBytesPerExample: model.cost.activationBytesPerExample })
  if (chunks.count === 0) return async () => []
  const compiled = session.compile({
    name: `predict-${split}`,
    inputs: { start: { shape: [], type: 'int32' } },
    trace(context) {
      const batch = readRange(context, objective, split, { start: context.inputs.start, count: chunks.size })
      const all = logits(readTensors(context, variables.parameters), readTensors(context, variables.statistics), batch.x, tf.tensor1d([0, 0], 'int32'))
      return {
        predicted: tf.stack(all.map((one) => tf.cast(tf.argMax(one, 1), 'int32'))),
        confidence: tf.stack(all.map((one) => tf.max(tf.softmax(one), 1))),
        losses: tf.stack(all.map((one) => classificationLoss(one, batch.labels, labelSmoothing))),
      }
    },
  })
  return async (signal) => {
    const made = exits.map((exit) => ({ ...exit, predicted: new Int32Array(examples), confidence: new Float32Array(examples), losses: new Float32Array(examples) }))
    const weights = new Float32Array(chunks.size)
    for (let chunk = 0; chunk < chunks.count; chunk++) {
      signal?.throwIfAborted()
      const start = fillRange({ chunks, chunk, weights })
      const outputs = await compiled.run({ start })
      for (const [index, exit] of made.entries()) {
        const part = (values: Float32Array | Int32Array) => values.subarray(index * chunks.size, (index + 1) * chunks.size)
        // The last chunk reaches back into the one before: the same values are written again.
        exit.predicted.set(part(outputs.predicted), start)
        exit.confidence.set(part(outputs.confidence), start)
        exit.losses.set(part(outputs.losses), start)
      }
    }
    return made.map(({ losses, ...exit }) => ({ ...exit, loss: mean(losses), accuracy: mean(exit.predicted.map((predicted, i) => Number(predicted === labels[i]))) }))
  }
}

/** As they are logged: counts of labels by predictions, and confidences to three digits. */
export function loggedPredictions({ depth, isWhole, loss, accuracy, predicted, confidence }: ExitOutputs, labels: ArrayLike<number>, classes: number): ExitPredictions {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (const [i, prediction] of predicted.entries()) confusion[labels[i] ?? 0]![prediction]!++
  return { depth, isWhole, loss, accuracy, confusion, predicted: [...predicted], confidence: Array.from(confidence, (value) => Math.round(value * 1000) / 1000) }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}
