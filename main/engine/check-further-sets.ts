import type { RunConfig } from '../contract/run-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import { widestRunOf } from '../methods/channel-decorrelation/run-configs.ts'
import type { Dataset } from '../training/datasets/dataset.ts'

/**
 * Reads the sets that a run draws from beside its own data: one that does not fit is refused now, not when the run's turn comes.
 *
 * @throws LoupeError what reading them throws.
 */
export async function checkFurtherSets(run: Pick<RunConfig, 'decorrelation' | 'dataset'>, dataset: Dataset): Promise<void> {
  if (run.decorrelation === null) return
  const { loadFurtherSets } = await import('../training/decorrelation/further-sets.ts')
  await loadFurtherSets({ config: run.decorrelation, run, dataset })
}

/** The same for all runs of a study. */
export async function checkSetsOfStudy(config: StudyConfig, dataset: Dataset): Promise<void> {
  const run = config.method === 'channel-decorrelation' ? widestRunOf(config) : null
  if (run !== null) await checkFurtherSets(run, dataset)
}
