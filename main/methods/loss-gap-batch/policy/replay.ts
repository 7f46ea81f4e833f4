import type { BatchPolicyConfig } from '../../../contract/batch-policy-config.ts'
import { decisionMark } from '../../../contract/batch-policy.ts'
import type { BatchDecision, BatchPolicy, ConditionReading, DecidingNumbers, ObservedEvaluation } from '../../../contract/batch-policy.ts'
import { LoupeError } from '../../../contract/errors.ts'
import { createPolicy } from './create-policy.ts'
import type { PolicyFacts } from './policy-facts.ts'

/** A step as it was logged. */
export interface RecordedStep {
  /** Examples, after the step. */
  readonly position: number
  readonly loss: number
  readonly batchSize: number
  /** May be left out: then what asks for it stays silent. */
  readonly learningRate?: number
  readonly gradientNorm?: number | null
}

/** A run's losses and evaluations, each in the order of their positions. */
export interface RecordedCurve {
  readonly steps: readonly RecordedStep[]
  readonly evaluations: readonly ObservedEvaluation[]
}

export interface ReplayedDecision {
  readonly position: number
  readonly kind: Exclude<BatchDecision['kind'], 'keep'>
  readonly fromBatch: number
  readonly toBatch: number
  readonly trigger: string
  readonly reason: string
  readonly readings: readonly ConditionReading[]
  readonly numbers?: DecidingNumbers
}

/** What the policy measured at one place: enough to draw its curves and its bands. */
export interface ReplayedPoint {
  readonly position: number
  readonly batchSize: number
  readonly status: string
  readonly curves: Readonly<Record<string, number>>
  readonly readings: readonly ConditionReading[]
}

export interface Replay {
  readonly decisions: readonly ReplayedDecision[]
  /** The batch size over the course, as steps: from each position on. */
  readonly batches: readonly { readonly position: number; readonly batchSize: number }[]
  readonly points: readonly ReplayedPoint[]
  /** Why the run would have failed here; null where it would not. */
  readonly failure: { readonly position: number; readonly message: string } | null
}

/** How many points a replay keeps for drawing, unless told otherwise. */
const POINTS = 400

/**
 * Runs a policy over a recorded curve: where would it have changed the batch size?
 *
 * The very policy that trains, asked as often as while training. The curve stays what it was, so this shows when thresholds fire, not what
 * training at the other batch size would have come to. For the same reason a rollback does not go back along the curve: the policy
 * begins its reckoning anew, with the smaller batch, and the curve goes on.
 */
export function replayPolicy({ config, facts, curve, points = POINTS }: { readonly config: BatchPolicyConfig; readonly facts: PolicyFacts; readonly curve: RecordedCurve; readonly points?: number }): Replay {
  const policy = createPolicy({ config, facts })
  const decisions: ReplayedDecision[] = []
  const kept: ReplayedPoint[] = []
  let decidedAt = -1
  const { steps } = curve
  const last = steps.at(-1)?.position ?? 0
  const every = Math.max(1, Math.ceil(decisionMark(last, facts.trainExamples) / points))
  let course: Course = { batchSize: facts.firstBatch, epoch: 0, epochBatches: [] }
  let evaluated = observeEvaluations(policy, { curve, from: 0, until: (steps[0]?.position ?? 0) - (steps[0]?.batchSize ?? 0) })
  for (const [i, step] of steps.entries()) {
    const { position } = step
    policy.observeStep({ position, batchSize: step.batchSize, loss: step.loss, gradientNorm: step.gradientNorm ?? null, learningRate: step.learningRate ?? Number.NaN })
    evaluated = observeEvaluations(policy, { curve, from: evaluated, until: position })
    const epoch = Math.floor(position / facts.trainExamples)
    const endsEpoch = epoch > course.epoch
    const { batchSize } = course
    if (endsEpoch) course = { ...course, epoch, epochBatches: [...course.epochBatches, batchSize] }
    const mark = decisionMark(position, facts.trainExamples)
    const isDue = mark !== decidedAt || !Number.isFinite(step.loss)
    if (!isDue) continue
    decidedAt = mark
    const decision = policy.decide({ position, batchSize, epoch, endsEpoch })
    if (mark % every === 0 || i === steps.length - 1) kept.push({ position, batchSize, status: decision.kind === 'keep' ? decision.status : decision.kind, curves: policy.curves, readings: decision.readings })
    if (decision.kind === 'keep') continue
    const answered = answer(policy, { decision, course, position, rollbacks: decisions.filter(({ kind }) => kind === 'rollback').length + 1 })
    if (typeof answered === 'string') return { decisions, points: kept, batches: batchesOf(facts, decisions), failure: { position, message: answered } }
    const { kind, trigger, reason, readings } = decision
    decisions.push({ position, kind, fromBatch: batchSize, toBatch: answered, trigger, reason, readings, ...('numbers' in decision ? { numbers: decision.numbers } : {}) })
    const epochBatches = kind === 'rollback' ? [...course.epochBatches.slice(0, -1), answered] : course.epochBatches // the next one must be smaller still
    course = { ...course, batchSize: answered, epochBatches }
  }
  return { decisions, points: kept, batches: batchesOf(facts, decisions), failure: null }
}

interface Course {
  readonly batchSize: number
  readonly epoch: number
  /** The batch size at the end of each epoch. */
  readonly epochBatches: readonly number[]
}

/** The batch size that a decision leads to, or why there is none. */
function answer(policy: BatchPolicy, { decision, course, position, rollbacks }: { readonly decision: Exclude<BatchDecision, { readonly kind: 'keep' }>; readonly course: Course; readonly position: number; readonly rollbacks: number }): number | string {
  if (decision.kind !== 'rollback') {
    policy.changed({ position, fromBatch: course.batchSize, toBatch: decision.batchSize })
    return decision.batchSize
  }
  const epochBatch = course.epochBatches.at(-1)
  if (epochBatch === undefined) return `Training diverged before epoch 1, nothing to reload: ${decision.reason}.`
  try {
    return policy.rolledBack({ position, epochBatch, rollbacks })
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'diverged') return error.message
    throw error
  }
}

/** Shows the policy the evaluations up to a position; returns the first that is left. */
function observeEvaluations(policy: BatchPolicy, { curve: { evaluations }, from, until }: { readonly curve: RecordedCurve; readonly from: number; readonly until: number }): number {
  let next = from
  for (; next < evaluations.length && evaluations[next]!.position <= until; next++) policy.observeEvaluation(evaluations[next]!)
  return next
}

function batchesOf({ firstBatch }: PolicyFacts, decisions: readonly ReplayedDecision[]): Replay['batches'] {
  return [{ position: 0, batchSize: firstBatch }, ...decisions.map(({ position, toBatch }) => ({ position, batchSize: toBatch }))]
}
