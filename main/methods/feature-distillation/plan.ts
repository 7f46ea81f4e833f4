import type { StudyProgress } from '../../contract/records.ts'
import { armsProgress, hasEnded, planArms, runKey, type ArmPlan, type ArmRequest } from '../arm-runs.ts'
import type { DatasetFacts, PlannedRun, StudiedRun } from '../study.ts'
import { armId, type Arm } from './arms.ts'
import { startOf, type FeatureDistillationConfig } from './config.ts'
import { runConfigOf } from './run-configs.ts'
import { armsOf } from './trained-arms.ts'

/** Runs that start from another one's parameters are planned once that one is done: the study asks again whenever a run ends. */
export function planComparison(config: FeatureDistillationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): PlannedRun[] {
  const plan = armPlan(config, runs, facts)
  return planArms({
    plan,
    runs,
    facts,
    configOf: ({ arm: id, seed }) => {
      const arm = plan.byId.get(id)
      if (arm === undefined) return null
      const start = startKeyOf(arm, seed)
      const startRun = start === null ? null : runs.find((run) => run.key === start && run.status === 'finished')
      return startRun === undefined ? null : runConfigOf({ config, facts, arm, seed, startRun: startRun?.id ?? null })
    },
  })
}

export function comparisonProgress(config: FeatureDistillationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): StudyProgress {
  return armsProgress({ plan: armPlan(config, runs, facts), runs, facts })
}

/** The comparison as arms by their ids. */
export function armPlan(config: FeatureDistillationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): ArmPlan<string> & { readonly byId: ReadonlyMap<string, Arm> } {
  const byId = new Map(armsOf(config, facts).map((arm) => [arm.id, arm]))
  return { ...config.students, arms: [...byId.keys()], byId, isGivenUp: (request) => startLost(byId.get(request.arm), request, runs) !== null }
}

/** The run that this one starts from, where that has ended without being done; null otherwise. */
export function startLost(arm: Arm | undefined, { seed }: Pick<ArmRequest<string>, 'seed'>, runs: readonly StudiedRun[]): StudiedRun | null {
  const start = arm === undefined ? null : startKeyOf(arm, seed)
  const run = start === null ? undefined : runs.find(({ key }) => key === start)
  return run !== undefined && hasEnded(run) && run.status !== 'finished' ? run : null
}

/** Key of the run that one of this arm starts from; null for a way that starts from none. */
function startKeyOf({ way, depth }: Arm, seed: number): string | null {
  const needed = startOf(way)
  if (needed === null) return null
  return runKey({ arm: armId({ way: needed, depth: needed === 'whole' ? null : depth, rear: null }), seed })
}
