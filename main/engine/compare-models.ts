import { LoupeError } from '../contract/errors.ts'
import type { ComparedModel, ModelComparison } from '../contract/model-comparison.ts'
import type { RunRecord } from '../contract/records.ts'
import type { LogReader } from '../log/log.ts'
import type { Dataset } from '../training/datasets/dataset.ts'
import type { TrainedModel } from '../training/distillation/compare-features.ts'
import type { EngineParts } from './parts.ts'
import type { Preparation } from './preparation.ts'
import { trainedCheckpoint } from './trained-checkpoint.ts'

export interface CompareModelsOptions {
  readonly reader: Pick<LogReader, 'run' | 'checkpoints' | 'checkpointBytes'>
  readonly preparation: Preparation
  readonly parts: Pick<EngineParts, 'decodeCheckpoint'>
  readonly runs: readonly [string, string]
  /** Of the checkpoints; null for the newest. */
  readonly steps: readonly [number | null, number | null]
  /** At most so many; as many as there are. */
  readonly examples: number
}

/**
 * Compares the features of two runs' trained models, as their newest or other checkpoints have them, on the first examples that the first run held out, or trained on where it held none out.
 *
 * @throws LoupeError `not-found` for a run without a trained checkpoint, `invalid-input` for runs of other data.
 */
export async function compareModels({ reader, preparation, parts, runs, steps, examples }: CompareModelsOptions): Promise<ModelComparison> {
  const load = async (id: string, at: number | null): Promise<Loaded> => {
    const run = reader.run(id)
    const { step, variables } = trainedCheckpoint({ reader, parts, run, step: at })
    return { run, step, model: { config: run.config, dataset: await preparation.dataset(run.config.dataset), variables } }
  }
  const [one, other] = [await load(runs[0], steps[0]), await load(runs[1], steps[1])]
  requireSameData(one, other)
  const { dataset } = one.model
  const split = dataset.validation.count > 0 ? 'validation' : 'train'
  const count = Math.min(examples, dataset[split].count)
  const [{ compareFeatures }, { createStack }] = await Promise.all([import('../training/distillation/compare-features.ts'), import('../training/models/index.ts')])
  const described = ({ run, step }: Loaded): ComparedModel => {
    const { title, blocks } = createStack(run.config.model, dataset.shape, dataset.classes)
    return { runId: run.id, step, title, depth: blocks.length, students: run.config.distillation?.students.toSorted((a, b) => a - b) ?? [] }
  }
  const similarity = await compareFeatures({ runtime: await preparation.runtime(), models: [one.model, other.model], examples: dataset[split], count })
  return { models: [described(one), described(other)], split, examples: count, similarity }
}

interface Loaded {
  readonly run: RunRecord
  readonly step: number
  readonly model: TrainedModel & { readonly dataset: Dataset }
}

function requireSameData(one: Loaded, other: Loaded): void {
  const [first, second] = [one.model.dataset, other.model.dataset]
  if (first.hash === second.hash && first.shape.join() === second.shape.join()) return
  throw new LoupeError('invalid-input', `Run ${one.run.id} was trained on ${first.title} and run ${other.run.id} on ${second.title}: their features cannot be compared on the same examples. Choose two runs of the same data.`, {
    datasets: [first.name, second.name],
  })
}
