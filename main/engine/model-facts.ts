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
 * What is to be known of models on some data, for methods that cut or tap them; nothing for others, so that a process which only reads the log loads
 * no models without need.
 */
export async function modelFactsFor(config: Pick<StudyConfig, 'method'>, { shape, classes, trainExamples }: DataShape & Pick<DatasetFacts, 'trainExamples'>): Promise<Pick<DatasetFacts, 'cutCost' | 'checkDistillation' | 'checkDecorrelation'>> {
  if (config.method === 'channel-decorrelation') {
    const { checkDecorrelation } = await import('../training/decorrelation/check-decorrelation.ts')
    return { checkDecorrelation: (run) => checkDecorrelation(run, { shape, classes, train: { count: trainExamples } }) }
  }
  if (config.method !== 'feature-distillation') return {}
  const [{ createStack }, { cutCost }, { checkDistillation }] = await Promise.all([import('../training/models/index.ts'), import('../training/models/cut-cost.ts'), import('../training/distillation/check-distillation.ts')])
  const known = new Map<string, CutCost>()
  return {
    checkDistillation: (run) => checkDistillation(run, { shape, classes }),
    cutCost(model: ModelConfig, depth: number) {
      const key = JSON.stringify([model, depth])
      const cost = known.get(key) ?? cutCost(createStack(model, shape, classes), depth)
      known.set(key, cost)
      return cost
    },
  }
}
