import type { CutCost } from '../contract/cut-cost.ts'
import type { ModelConfig } from '../contract/model-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { DatasetFacts } from '../methods/study.ts'

/** What the data decide of a model's cost. */
export interface DataShape {
  readonly shape: readonly number[]
  readonly classes: number
}

/**
 * What models of several depths cost on some data, for methods that ask; nothing for others, so that a process which only reads the log loads no
 * models without need.
 */
export async function cutCostsFor(config: Pick<StudyConfig, 'method'>, { shape, classes }: DataShape): Promise<Pick<DatasetFacts, 'cutCost'>> {
  if (config.method !== 'feature-distillation') return {}
  const [{ createStack }, { cutCost }] = await Promise.all([import('../training/models/index.ts'), import('../training/models/cut-cost.ts')])
  const known = new Map<string, CutCost>()
  return {
    cutCost(model: ModelConfig, depth: number) {
      const key = JSON.stringify([model, depth])
      const cost = known.get(key) ?? cutCost(createStack(model, shape, classes), depth)
      known.set(key, cost)
      return cost
    },
  }
}
