import { LoupeError } from '../../contract/errors.ts'
import { inPhase } from '../../tensorflow/ops.ts'
import { tf } from '../../tensorflow/tf.ts'
import { optimizedVariables } from '../training-step.ts'
import type { TrainedVariables } from '../training-step.ts'
import { assignTensors, readTensors } from '../variables.ts'
import type { ExchangeStepOptions } from './exchange-step.ts'
import { flatten, joinedTensors } from './flatten.ts'
import { meanByName } from './receive.ts'
import type { ReceivedMean } from './receive.ts'
import { learnFrom } from './worker-step.ts'
import type { Made, WorkerPlace } from './worker-step.ts'
import type { Worker } from './worker-variables.ts'

/**
 * A step that a worker takes by itself, from its own weights and by its own slots: nothing is sent.
 *
 *     w, slots ← optimizer.update(w, gradient of its share at w, slots)
 *
 * After `localSteps` of them the worker sends w − x, how far it has come from the shared weights x, and goes on from the new ones.
 *
 * @see Stich 2019, "Local SGD converges fast and communicates little", arXiv:1805.09767; for what is sent compressed with error feedback, Basu et al. 2019,
 *   "Qsparse-local-SGD", arXiv:1906.02367.
 */
export function takeLocalStep(options: ExchangeStepOptions, place: WorkerPlace): tf.Scalar {
  const { context } = place
  const own = ownOf(place.worker)
  const { loss, gradients, statistics } = inPhase('compute', () => learnFrom(options, place, own))
  inPhase('update', () => options.optimizer.updateInPlace(optimizedVariables(context, own), gradients, context.inputs.learningRate as tf.Scalar)) // as declared
  assignTensors(context, own.statistics, { before: readTensors(context, own.statistics), after: statistics })
  return loss
}

/** The last step before an exchange: the same, and how far the worker has come from the shared weights. Its own weights are assigned by {@link shift}. */
export function moveAndCompare(options: ExchangeStepOptions, place: WorkerPlace): Made {
  const { layout, optimizer } = options
  const { context, worker } = place
  const own = ownOf(worker)
  const { loss, gradients, parameters, statistics } = inPhase('compute', () => learnFrom(options, place, own))
  const moved = inPhase('update', () => optimizer.update(parameters, gradients, readTensors(context, own.slots), context.inputs.learningRate as tf.Scalar)) // as declared
  assignTensors(context, own.slots, { before: {}, after: moved.slots })
  return inPhase('encode', () => {
    const shared = readTensors(context, worker.replica.parameters)
    const deltas = Object.fromEntries(Object.entries(moved.parameters).map(([name, weight]) => [name, tf.sub(weight, shared[name] as tf.Tensor)])) // one for each
    return { loss, flat: flatten(layout, deltas), small: joinedTensors(deltas, layout.dense.map(({ name }) => name)), statistics }
  })
}

/** Adds the mean of what all sent to the shared weights. The worker goes on from there, by the slots that it has. */
export function shift({ options, context, worker, ...mean }: ReceivedMean): void {
  const { replica } = worker
  const own = ownOf(worker)
  const { changes, statistics } = meanByName({ options, worker, ...mean })
  const shared = readTensors(context, replica.parameters)
  const after = Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, tf.add(shared[name] as tf.Tensor, change)])) // a change of each
  for (const { parameters, statistics: running } of [replica, own]) {
    assignTensors(context, parameters, { before: {}, after })
    assignTensors(context, running, { before: {}, after: statistics })
  }
}

function ownOf({ own }: Worker): TrainedVariables {
  if (own === null) throw new LoupeError('internal', 'A worker without weights of its own was to take a step by itself.')
  return own
}
