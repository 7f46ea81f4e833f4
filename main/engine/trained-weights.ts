import { LoupeError } from '../contract/errors.ts'
import type { LogReader } from '../log/log.ts'
import type { ReadWeights, TrainedWeights } from '../training/distillation/initial-weights.ts'
import type { Checkpoint } from '../training/trainer.ts'

const PARAMETERS = 'parameters/'

/** Reads the parameters in the newest checkpoint of a run. */
export function weightsReader(options: { readonly writer: Pick<LogReader, 'run' | 'checkpoints' | 'checkpointBytes'>; readonly decode: (bytes: Uint8Array) => Checkpoint }): ReadWeights {
  return async (run): Promise<TrainedWeights> => {
    const newest = options.writer.checkpoints(options.writer.run(run).id).at(-1)
    if (newest === undefined || newest.step === 0) throw new LoupeError('not-found', `The run ${run} has no checkpoint of a trained model. Choose one that has trained for an epoch or more.`, { run })
    const { step, variables } = options.decode(options.writer.checkpointBytes(newest.id))
    const parameters = Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (name.startsWith(PARAMETERS) ? [[name.slice(PARAMETERS.length), value]] : [])))
    return { step, parameters }
  }
}
