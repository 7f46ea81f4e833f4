import { batchPolicyConfig, type BatchPolicyConfig, type LossGapPolicyConfig } from '../../../../contract/batch-policy-config.ts'
import { decisionMark } from '../../../../contract/batch-policy.ts'
import type { BatchDecision, BatchPolicy } from '../../../../contract/batch-policy.ts'
import { Random } from '../../../../training/random.ts'
import type { PolicyFacts } from '../policy-facts.ts'

export function factsOf(facts: Partial<PolicyFacts> = {}): PolicyFacts {
  return { firstBatch: 32, trainExamples: 10_000, classes: 10, labelSmoothing: 0, momentum: 0, optimizer: 'sgd', ...facts }
}

/** A policy's settings as a user would write them. */
export function configOf(settings: Record<string, unknown> = {}): BatchPolicyConfig {
  return batchPolicyConfig.parse({ kind: 'loss-gap', ...settings })
}

/** The same with every condition off that is not named. */
export function gapConfig(settings: Record<string, unknown> = {}): LossGapPolicyConfig {
  const config = configOf({ flatT: null, divergeSigma: null, divergeRatio: null, divergeT: null, valueBelow: 0, ...settings })
  if (config.kind !== 'loss-gap') throw new Error('not a loss-gap policy')
  return config
}

export interface Change {
  readonly position: number
  readonly from: number
  readonly to: number
  readonly decision: Exclude<BatchDecision, { readonly kind: 'keep' }>
}

export interface Course {
  readonly changes: readonly Change[]
  readonly last: BatchDecision
  readonly batchSize: number
}

/**
 * Trains without a network: shows a policy a loss as a function of the position, and follows its decisions.
 *
 * @param noise  Standard deviation of the loss of one example.
 */
export function follow({ policy, facts, until, from = 0, batchSize = facts.firstBatch, loss, noise = 0, seed = 1, evaluate, norm, asked = 'each step' }: {
  readonly policy: BatchPolicy
  readonly facts: PolicyFacts
  readonly until: number
  readonly from?: number
  readonly batchSize?: number
  readonly loss: (position: number) => number
  readonly noise?: number
  readonly seed?: number
  readonly evaluate?: (position: number) => Readonly<Record<string, number>>
  readonly norm?: (position: number, batchSize: number) => number
  /** How often the policy is asked: after each step where left out, to see all that it has to say. */
  readonly asked?: 'each step' | 'as in training'
}): Course {
  const random = Random.seeded(seed, 'loss')
  const changes: Change[] = []
  const every = facts.trainExamples / 10
  let [position, batch, rollbacks, epochBatch] = [from, batchSize, 0, batchSize]
  let last: BatchDecision = { kind: 'keep', status: 'armed', readings: [] }
  while (position < until) {
    const before = position
    position += batch
    const scatter = noise === 0 ? 0 : (noise * random.normal()) / Math.sqrt(batch)
    policy.observeStep({ position, batchSize: batch, loss: loss(before) + scatter, gradientNorm: norm === undefined ? null : norm(before, batch), learningRate: 0.1 })
    if (evaluate !== undefined && Math.floor(position / every) > Math.floor(before / every)) policy.observeEvaluation({ position, values: evaluate(position) })
    const epoch = Math.floor(position / facts.trainExamples)
    const endsEpoch = epoch > Math.floor(before / facts.trainExamples)
    if (endsEpoch) epochBatch = batch
    if (asked === 'as in training' && decisionMark(position, facts.trainExamples) === decisionMark(before, facts.trainExamples)) continue
    last = policy.decide({ position, batchSize: batch, epoch, endsEpoch })
    if (last.kind === 'keep') continue
    const to = last.kind === 'rollback' ? policy.rolledBack({ position, epochBatch, rollbacks: ++rollbacks }) : last.batchSize
    if (last.kind !== 'rollback') policy.changed({ position, fromBatch: batch, toBatch: to })
    changes.push({ position, from: batch, to, decision: last })
    batch = to
  }
  return { changes, last, batchSize: batch }
}
