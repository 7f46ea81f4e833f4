import type { StudyProgress } from '../../contract/records.ts'
import { armsProgress, planArms, type ArmPlan } from '../arm-runs.ts'
import type { DatasetFacts, PlannedRun, StudiedRun } from '../study.ts'
import { everyArm, type Arm } from './arms.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import { runConfigOf } from './run-configs.ts'

export function planComparison(config: ChannelDecorrelationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): PlannedRun[] {
  const plan = armPlan(config)
  return planArms({
    plan,
    runs,
    facts,
    configOf({ arm: id, seed }) {
      const arm = plan.byId.get(id)
      return arm === undefined ? null : runConfigOf({ config, arm, seed })
    },
  })
}

export function comparisonProgress(config: ChannelDecorrelationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): StudyProgress {
  return armsProgress({ plan: armPlan(config), runs, facts })
}

/** The comparison as arms by their ids. */
export function armPlan(config: ChannelDecorrelationConfig): ArmPlan<string> & { readonly byId: ReadonlyMap<string, Arm> } {
  const byId = new Map(everyArm(config).map((arm) => [arm.id, arm]))
  return { ...config.labels, arms: [...byId.keys()], byId }
}
