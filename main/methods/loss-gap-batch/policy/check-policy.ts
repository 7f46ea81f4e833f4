import type { BatchPolicyConfig, LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import { LoupeError, type ErrorFacts } from '../../../contract/errors.ts'
import type { RunConfig } from '../../../contract/run-config.ts'
import { leastWindow } from './policy-facts.ts'

/** What of a run a policy can contradict. */
export type CheckedRun = Pick<RunConfig, 'batchSize' | 'optimizer' | 'schedule' | 'noiseScale'> & { readonly batchPolicy: BatchPolicyConfig }

export interface CheckedFacts {
  readonly trainExamples: number
  readonly validationExamples: number
}

/**
 * Refuses what the schema cannot see: a policy that contradicts its run or its data.
 *
 * @throws LoupeError `invalid-input`, whose `path` names the field.
 */
export function checkPolicy({ config, facts }: { readonly config: CheckedRun; readonly facts: CheckedFacts }): void {
  const { batchPolicy } = config
  checkLimits(config, facts)
  checkLearningRate(config)
  if (batchPolicy.kind === 'loss-gap') checkLossGap(batchPolicy, config, facts)
  if (batchPolicy.kind === 'cabs') checkCabs(config)
  if (batchPolicy.kind !== 'loss-gap' || batchPolicy.learningRateRule === 'adascale') checkNoise(config, facts)
}

function checkLimits({ batchSize, batchPolicy }: CheckedRun, { trainExamples }: CheckedFacts): void {
  const { batchMin, batchMax } = batchPolicy
  if (batchMax > trainExamples) {
    refuse('batchPolicy.batchMax', `batchMax ${batchMax} is a batch larger than the ${trainExamples} training samples. Set it to ${trainExamples} or less.`, { batchMax, trainExamples })
  }
  if (batchSize < batchMin) refuse('batchSize', `The first batch size ${batchSize} is below batchMin ${batchMin}. Raise it, or lower batchMin.`, { batchSize, batchMin })
  if (batchSize > batchMax) refuse('batchSize', `The first batch size ${batchSize} is above batchMax ${batchMax}. Lower it, or raise batchMax.`, { batchSize, batchMax })
}

function checkLearningRate({ optimizer, schedule, batchPolicy: { learningRateRule } }: CheckedRun): void {
  if (learningRateRule === 'none') return
  if (optimizer.kind === 'armijo') {
    refuse('batchPolicy.learningRateRule', `The rule "${learningRateRule}" moves the learning rate with the batch, but Armijo finds its own step size. Use the rule "none".`, { learningRateRule })
  }
  if (schedule.coupling !== 'none') {
    refuse('schedule.coupling', `The learning rate would move with the batch twice: by schedule.coupling "${schedule.coupling}" and by the policy’s rule "${learningRateRule}". Set one of them to "none".`, { coupling: schedule.coupling, learningRateRule })
  }
}

function checkLossGap(policy: LossGapPolicyConfig, { batchSize }: CheckedRun, { validationExamples }: CheckedFacts): void {
  const { signals, windowExamples, batchMax, derivativeOrder, epochTable, driver } = policy
  const validation = signals.find((signal) => signal.startsWith('validation-'))
  if (validation !== undefined && validationExamples === 0) {
    refuse('batchPolicy.signals', `The signal "${validation}" needs validation examples, and none are held out. Set dataset.validationExamples above 0, or take "train-loss".`, { signal: validation })
  }
  const least = leastWindow(policy)
  if (windowExamples !== null && windowExamples < least) {
    refuse('batchPolicy.windowExamples', `A window of ${windowExamples} examples is shorter than the ${derivativeOrder + 3} updates at batchMax ${batchMax} that derivative ${derivativeOrder} is fitted to. Use at least ${least}.`, { windowExamples, least })
  }
  const first = epochTable[0]
  if (driver !== 'gap' && first?.epoch === 0 && first.batchSize !== batchSize) {
    refuse('batchPolicy.epochTable', `The table begins with batch size ${first.batchSize} at epoch 0, the run with ${batchSize}. Make them equal.`, { table: first.batchSize, batchSize })
  }
}

function checkCabs({ optimizer }: CheckedRun): void {
  if (optimizer.kind === 'sgd') return
  const what = 'momentum' in optimizer ? `${optimizer.kind} (momentum ${optimizer.momentum})` : optimizer.kind
  refuse('batchPolicy.kind', `CABS is derived for SGD without momentum, and the optimiser is ${what}. Use sgd, or another policy.`, { optimizer: optimizer.kind })
}

function checkNoise({ noiseScale: { smallBatch, shards } }: CheckedRun, { trainExamples }: CheckedFacts): void {
  if (smallBatch * shards <= trainExamples) return
  refuse('noiseScale.shards', `The policy needs noise estimates, which take ${shards} shards of ${smallBatch} = ${smallBatch * shards} examples, and there are ${trainExamples}. Lower noiseScale.shards or noiseScale.smallBatch.`, { shards, smallBatch, trainExamples })
}

function refuse(path: string, message: string, facts: ErrorFacts): never {
  throw new LoupeError('invalid-input', message, { path, ...facts })
}
