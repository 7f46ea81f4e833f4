import type { EventKind } from './event-kinds.ts'

/**
 * What a batch-size policy sees and says, while a run trains or while one is replayed from the log.
 *
 * `position` is where training is in its course, in examples: after a rollback it is that of the checkpoint. The examples that a
 * run has computed on, discarded ones included, only rise.
 */

/** One step, as the policy sees it. */
export interface ObservedStep {
  /** After the step. */
  readonly position: number
  readonly batchSize: number
  /** Mean loss of the step's batch before its update, in nats. May be NaN or infinite. */
  readonly loss: number
  /** Norm of the step's mean gradient; null where the policy did not ask for it. */
  readonly gradientNorm: number | null
  readonly learningRate: number
}

/** One evaluation, values by metric key, with the noise estimates where they were made. */
export interface ObservedEvaluation {
  readonly position: number
  readonly values: Readonly<Record<string, number>>
}

/** One condition as it stood when the policy decided: why something happened, or why nothing did. */
export interface ConditionReading {
  /** The config's key of it, such as `flatT`. */
  readonly condition: string
  /** The signal that it is about; null for none. */
  readonly signal: string | null
  readonly value: number
  /** With its correction for the noise. */
  readonly threshold: number
  /** True where the condition asks for what its side does: growth, or an answer to divergence. */
  readonly isMet: boolean
  readonly side: 'grow' | 'diverge'
}

export type PolicyStatus = 'waiting-for-window' | 'armed' | 'cooling-down' | 'at-max' | 'at-min'

/** What stands in a reason beside its readings, by name, so that the window can say it in its language. */
export type DecidingNumbers = Readonly<Record<string, number>>

export type BatchDecision =
  | { readonly kind: 'keep'; readonly status: PolicyStatus; readonly readings: readonly ConditionReading[] }
  | { readonly kind: 'grow' | 'shrink'; readonly batchSize: number; readonly trigger: string; readonly reason: string; readonly readings: readonly ConditionReading[]; readonly numbers?: DecidingNumbers }
  | { readonly kind: 'rollback'; readonly trigger: string; readonly reason: string; readonly readings: readonly ConditionReading[] }

export interface PolicyWarning {
  readonly code: EventKind
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * How often a policy is asked, by examples: a 25th of an epoch is less than half of what a loss is smoothed over by default, so that more
 * often nothing new is known, and asking takes time. A loss that is not finite is answered at once.
 */
export const DECISIONS_AN_EPOCH = 25

/** Which of an epoch's decisions a place in the course belongs to: one is asked for at the first step of each. */
export function decisionMark(position: number, trainExamples: number): number {
  return Math.floor((position * DECISIONS_AN_EPOCH) / trainExamples)
}

/** Where a decision is asked for. */
export interface DecisionPoint {
  readonly position: number
  readonly batchSize: number
  /** Whole epochs done. */
  readonly epoch: number
  /** True right after the last step of an epoch. */
  readonly endsEpoch: boolean
}

/**
 * Decides when the batch size changes. Pure but for its own state, which is plain JSON: it is saved in checkpoints, restored by rollbacks
 * and resumes, and the same policy can be replayed over a recorded curve.
 */
export interface BatchPolicy {
  /** Whether steps must tell the norm of their gradient, and evaluations the noise estimates. */
  readonly needs: { readonly gradientNorm: boolean; readonly noise: boolean }
  observeStep(step: ObservedStep): void
  observeEvaluation(evaluation: ObservedEvaluation): void
  /** Asked after each call of steps and after each evaluation. Does not change the state: `changed` and `rolledBack` do. */
  decide(point: DecisionPoint): BatchDecision
  /** The batch size was changed as decided. */
  changed(change: { readonly position: number; readonly fromBatch: number; readonly toBatch: number }): void
  /**
   * The run reloaded a checkpoint, and with it this policy's state of that time; tells the batch size to go on with, below the one that the
   * reloaded epoch's predecessor was trained with.
   *
   * @param rollback  `epochBatch` is that batch size; `rollbacks` counts those of the run, this one included.
   * @throws LoupeError `diverged` where there is no smaller one, or no rollback is left.
   */
  rolledBack(rollback: { readonly position: number; readonly epochBatch: number; readonly rollbacks: number }): number
  /** What the learning rate is multiplied by at a batch size, relative to that of the first. */
  learningRateFactor(batchSize: number): number
  /** What is odd about what it was shown, so far; to be told once for each code. */
  readonly warnings: readonly PolicyWarning[]
  /** The curves to log at a decision, by metric key. */
  readonly curves: Readonly<Record<string, number>>
  readonly state: Readonly<Record<string, unknown>>
  restore(state: Readonly<Record<string, unknown>>): void
}
