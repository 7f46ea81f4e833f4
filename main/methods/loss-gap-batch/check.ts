import { LoupeError, type ErrorFacts } from '../../contract/errors.ts'
import type { DatasetFacts } from '../study.ts'
import { firstBatchOf, runConfigOf } from './arms.ts'
import type { ArmName, LossGapBatchConfig } from './config.ts'
import { checkPolicy } from './policy/check-policy.ts'

/**
 * Refuses what the schema cannot see: ways that contradict the data, the optimizer or each other.
 *
 * @throws LoupeError `invalid-input`, whose `arm` names the way where it is one.
 */
export function checkComparison(config: LossGapBatchConfig, facts: DatasetFacts): void {
  const { run, comparison } = config
  if (facts.validationExamples === 0) {
    refuse('The ways are held against each other by their validation accuracy, but no example is held out. Set run.dataset.validationExamples above 0.', { path: 'run.dataset.validationExamples' })
  }
  if (run.optimizer.kind === 'armijo') {
    refuse('An Armijo line search finds its own step size, and the ways to choose the batch size expect a learning rate. Choose another optimizer.', { path: 'run.optimizer.kind', optimizer: run.optimizer.kind })
  }
  if (run.schedule.coupling !== 'none') {
    refuse(`The learning rate would move with the batch (schedule.coupling "${run.schedule.coupling}") in every way, and "fixed-large" is to show what happens without. Set it to "none"; the controller has a learningRateRule of its own.`, { path: 'run.schedule.coupling', coupling: run.schedule.coupling })
  }
  if (comparison.arms.includes('rate-decay') && run.schedule.kind !== 'constant') {
    refuse(`The way "rate-decay" halves the learning rate in steps, and the schedule is ${run.schedule.kind} already. Set schedule.kind to "constant", or leave that way out.`, { path: 'run.schedule.kind', kind: run.schedule.kind })
  }
  if (comparison.target?.criterion === 'validation-accuracy' && comparison.target.value > 1) {
    refuse(`A validation accuracy of ${comparison.target.value} cannot be reached; it is a fraction, at most 1.`, { path: 'comparison.target.value', value: comparison.target.value })
  }
  for (const arm of comparison.arms) checkArm(config, facts, arm)
}

function checkArm(config: LossGapBatchConfig, facts: DatasetFacts, arm: ArmName): void {
  const batchSize = firstBatchOf(config, arm)
  if (batchSize > facts.trainExamples) {
    refuse(`The batch size ${batchSize} of "${arm}" is larger than the ${facts.trainExamples} training examples. Use at most ${facts.trainExamples}.`, { arm, batchSize, trainExamples: facts.trainExamples })
  }
  const made = runConfigOf(config, facts, { arm, seed: config.comparison.firstSeed })
  if (made.batchPolicy === null) return
  try {
    checkPolicy({ config: { ...made, batchPolicy: made.batchPolicy }, facts })
  } catch (error) {
    if (!(error instanceof LoupeError) || arm === 'controller') throw error
    throw new LoupeError(error.code, `The way "${arm}" does not fit: ${error.message} Or leave it out of comparison.arms.`, { ...error.facts, arm })
  }
}

function refuse(message: string, facts: ErrorFacts): never {
  throw new LoupeError('invalid-input', message, facts)
}
