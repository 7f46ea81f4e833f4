import type { DatasetFacts } from '../study.ts'
import { everyArm, type Arm } from './arms.ts'
import type { FeatureDistillationConfig } from './config.ts'
import { trainingCost } from './costs.ts'

/** Bytes of a mebibyte, and operations of a million. */
export const MIB = 2 ** 20
export const MEGA = 1e6

/** True where training with the arm's second extractor stays within the limits of training, or where nobody can say what it takes. */
export function fitsTraining(config: FeatureDistillationConfig, facts: DatasetFacts, arm: Arm): boolean {
  const { maxTrainingMemoryMiB, maxTrainingMegaMacs } = config.students
  if (maxTrainingMemoryMiB === null && maxTrainingMegaMacs === null) return true
  const cost = trainingCost(config, facts, arm)
  if (cost === null) return true
  return cost.memoryBytes <= (maxTrainingMemoryMiB ?? Infinity) * MIB && cost.macs <= (maxTrainingMegaMacs ?? Infinity) * MEGA
}

/** Every arm that is trained: those with a second extractor of the library only within the limits of training. */
export function armsOf(config: FeatureDistillationConfig, facts: DatasetFacts): Arm[] {
  return everyArm(config).filter((arm) => !arm.isFromLibrary || fitsTraining(config, facts, arm))
}
