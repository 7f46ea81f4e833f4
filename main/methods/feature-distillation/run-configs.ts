import { distillationConfig, tapPair, type DistillationConfig, type ExtractorInit } from '../../contract/distillation-config.ts'
import { runConfig, type RunConfig } from '../../contract/run-config.ts'
import type { DatasetFacts } from '../study.ts'
import { isChain, modelOfArm, studentDepthsOf, type Arm } from './arms.ts'
import type { DistillationWay, FeatureDistillationConfig } from './config.ts'

/**
 * The whole config of a run. All runs of a comparison see the same examples in the same batches.
 *
 * @param startRun  Id of the trained run that this one starts from, for ways that do.
 */
export function runConfigOf(options: { readonly config: FeatureDistillationConfig; readonly facts: DatasetFacts; readonly arm: Arm; readonly seed: number; readonly startRun: string | null }): RunConfig {
  const { config, facts, arm, seed, startRun } = options
  return runConfig.parse({
    ...config.run,
    name: '',
    model: modelOfArm(config, arm),
    batchSize: config.students.batchSize,
    seed,
    maxExamples: config.students.epochs * facts.trainExamples,
    target: null,
    distillation: distillationOf({ config, arm, startRun }),
  })
}

/** What a run of the arm is configured by beside its model; null for a model that trains as any other. */
export function distillationOf({ config, arm, startRun }: { readonly config: FeatureDistillationConfig; readonly arm: Arm; readonly startRun: string | null }): DistillationConfig | null {
  const { distillation } = config
  if (!isChain(arm.way)) return null
  const start: ExtractorInit = startRun === null ? { kind: 'random' } : { kind: 'run', run: startRun, partial: false }
  return distillationConfig.parse({ ...distillation, ...settingsOf(arm.way, config), students: studentDepthsOf(arm, config), frontInit: arm.way === 'pretrained' || arm.way === 'second-round' ? start : { kind: 'random' }, rearInit: arm.way === 'frozen-rear' ? start : { kind: 'random' } })
}

/** What a way says itself, whatever the shared settings say. */
function settingsOf(way: DistillationWay, { distillation }: FeatureDistillationConfig): Partial<DistillationConfig> {
  const { featureWeight, logitWeight, mode } = distillation
  switch (way) {
    case 'whole':
    case 'alone':
      return {}
    case 'deep-supervision':
    case 'deep-supervision-exits':
      return { featureWeight: 0, logitWeight: 0, mode: 'joint', teacher: 'online' }
    case 'distilled':
    case 'pretrained':
    case 'second-round':
      return { featureWeight, logitWeight: 0 }
    case 'soft-targets':
      return { featureWeight: 0, logitWeight }
    case 'distilled-soft-targets':
      return { featureWeight, logitWeight }
    case 'self-distillation':
      return { featureWeight, logitWeight, mode: 'joint', teacher: 'online', stopGradient: true, taps: [tapPair.parse({})] }
    case 'frozen-rear':
      // A second extractor that does not train has no turn and no phase of its own.
      return { featureWeight, logitWeight: 0, teacher: 'frozen', mode: mode === 'joint' ? 'joint' : 'cut' }
  }
}
