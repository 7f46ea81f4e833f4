import type { StudyConfigInput } from '../../../main/contract/study-config.ts'
import type { CriticalBatchSizeConfig } from '../../../main/methods/critical-batch-size/config.ts'

/** Multiples of the study's own learning rate that a study over several rates tries. */
const MULTIPLES = [0.25, 0.5, 1, 2, 4]

/** The same study with the learning rate tuned at each batch size, over rates about its own; null for a line search, which has none. */
export function overSeveralRates(config: CriticalBatchSizeConfig): StudyConfigInput | null {
  const { optimizer } = config.run
  if (optimizer.kind === 'armijo') return null
  const tuningGrid = MULTIPLES.map((multiple) => Number((optimizer.learningRate * multiple).toPrecision(3)))
  return { ...config, name: '', sweep: { ...config.sweep, learningRateRule: 'tuned', tuningGrid } }
}
