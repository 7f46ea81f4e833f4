import type { BatchPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { BatchPolicy } from '../../../contract/batch-policy.ts'
import { LossGapPolicy } from './loss-gap-policy.ts'
import type { PolicyFacts } from './policy-facts.ts'
import { ProposalPolicy } from './proposal-policy.ts'

/**
 * Makes the policy that a configuration asks for. A fixed batch size is no policy: `batchPolicy: null`.
 *
 * @example
 *     const policy = createPolicy({ config, facts })
 *     policy.observeStep({ position: 64, batchSize: 64, loss: 2.3, gradientNorm: null, learningRate: 0.1 })
 *     policy.decide({ position: 64, batchSize: 64, epoch: 0, endsEpoch: false }) // { kind: 'keep', status: 'waiting-for-window', readings: [] }
 */
export function createPolicy({ config, facts }: { readonly config: BatchPolicyConfig; readonly facts: PolicyFacts }): BatchPolicy {
  return config.kind === 'loss-gap' ? new LossGapPolicy({ config, facts }) : new ProposalPolicy({ config, facts })
}
