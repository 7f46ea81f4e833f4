import type { BatchPolicy } from '../contract/batch-policy.ts'
import { LoupeError } from '../contract/errors.ts'
import type { RunConfig } from '../contract/run-config.ts'
import { checkPolicy } from '../methods/loss-gap-batch/policy/check-policy.ts'
import { createPolicy } from '../methods/loss-gap-batch/policy/create-policy.ts'
import type { PolicyFacts } from '../methods/loss-gap-batch/policy/policy-facts.ts'
import type { DataFacts } from '../training/trainer.ts'

/** Makes the batch policy of a run from its config, once the data are known. */
export function createRunPolicy(config: RunConfig): (facts: DataFacts) => BatchPolicy {
  const { batchPolicy } = config
  if (batchPolicy === null) throw new LoupeError('internal', 'A run without a batch policy was asked for one.')
  return (data) => createPolicy({ config: batchPolicy, facts: policyFacts(config, data) })
}

/** @throws LoupeError `invalid-input` where the policy cannot work on this data; nothing for a run without one. */
export function checkRunPolicy(config: RunConfig, data: DataFacts): void {
  if (config.batchPolicy !== null) checkPolicy({ config: { ...config, batchPolicy: config.batchPolicy }, facts: data })
}

function policyFacts({ batchSize, labelSmoothing, optimizer }: RunConfig, { trainExamples, classes }: DataFacts): PolicyFacts {
  const momentum = 'momentum' in optimizer ? optimizer.momentum : 0
  return { firstBatch: batchSize, trainExamples, classes, labelSmoothing, momentum, optimizer: optimizer.kind }
}
