import { LoupeError } from '../../contract/errors.ts'
import { runConfig } from '../../contract/run-config.ts'
import { studyConfig } from '../../contract/study-config.ts'
import type { StudyConfig } from '../../contract/study-config.ts'
import type { SweepConfig } from '../../methods/critical-batch-size/config.ts'
import type { Study } from '../../methods/study.ts'

/** A config that passes the schema, with as many lanes as the test wants. */
export function fakeStudyConfig(sweep: { readonly batchSizes?: readonly number[]; readonly parallelRuns?: number; readonly maxSeeds?: number; readonly budgetHours?: number | null } = {}): StudyConfig {
  return studyConfig.parse({ method: 'critical-batch-size', run: { dataset: { name: 'digits' } }, sweep: { batchSizes: [1, 2, 4, 8], minSeeds: 1, maxSeeds: 1, parallelRuns: 1, ...sweep } })
}

/** The sweep of a config made here. */
export function sweepOf(config: StudyConfig): SweepConfig {
  if (config.method !== 'critical-batch-size') throw new Error(`The fake study sweeps batch sizes, ${config.method} does not.`)
  return config.sweep
}

/** One run for each batch size and seed, the largest batch first. A second seed is planned once the first has ended. */
export const fakeStudy: Study<StudyConfig, { readonly done: number }> = {
  config: studyConfig,
  check(config, { trainExamples }) {
    const largest = Math.max(...sweepOf(config).batchSizes)
    if (largest > trainExamples) throw new LoupeError('invalid-input', `Batch size ${largest} is above the ${trainExamples} training examples.`, { batchSize: largest })
  },
  plan(config, runs) {
    return sweepOf(config).batchSizes.flatMap((batchSize) => {
      const ended = runs.filter((run) => run.config.batchSize === batchSize && ['finished', 'failed', 'stopped'].includes(run.status)).length
      return Array.from({ length: Math.min(sweepOf(config).maxSeeds, ended + 1) }, (_, index) => ({
        key: `b=${batchSize} seed=${index + 1}`,
        config: runConfig.parse({ dataset: { name: 'digits' }, batchSize, seed: index + 1 }),
        order: index * 1000 - batchSize,
        forecastExamples: 100,
      }))
    })
  },
  progress(config, runs) {
    const runsPlanned = sweepOf(config).batchSizes.length * sweepOf(config).maxSeeds
    return { runsDone: runs.filter((run) => run.status === 'finished').length, runsPlanned, examplesDone: 0, examplesPlanned: 100 * runsPlanned, secondsLeft: null }
  },
  report: (_, runs) => ({ done: runs.filter((run) => run.status === 'finished').length }),
}
