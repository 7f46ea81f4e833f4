import type { BatchDecision, BatchPolicy, DecisionPoint, ObservedEvaluation, ObservedStep } from '../../contract/batch-policy.ts'
import { LoupeError } from '../../contract/errors.ts'

export interface Script {
  /** From these places in the course on, these batch sizes. */
  readonly batches: readonly { readonly position: number; readonly batchSize: number }[]
  /** Goes back once when the course has come to here; never where left out. */
  readonly rollbackAt?: number
}

interface Seen {
  readonly losses: number
  readonly sum: number
  readonly isBroken: boolean
  readonly rollbacks: number
}

/** A policy for tests that does what its script says, goes back at a loss that is not finite, and remembers all that it saw. */
export class ScriptedPolicy implements BatchPolicy {
  readonly needs: BatchPolicy['needs'] = { gradientNorm: true, noise: false }
  readonly steps: ObservedStep[] = []
  readonly evaluations: ObservedEvaluation[] = []
  readonly #script: Script
  #seen: Seen = { losses: 0, sum: 0, isBroken: false, rollbacks: 0 }

  constructor(script: Script) {
    this.#script = script
  }

  observeStep(step: ObservedStep): void {
    this.steps.push(step)
    this.#seen = { ...this.#seen, losses: this.#seen.losses + 1, sum: this.#seen.sum + step.loss, isBroken: !Number.isFinite(step.loss) }
  }

  observeEvaluation(evaluation: ObservedEvaluation): void {
    this.evaluations.push(evaluation)
  }

  decide({ position, batchSize }: DecisionPoint): BatchDecision {
    const { rollbackAt = Infinity, batches } = this.#script
    if (this.#seen.isBroken || (position >= rollbackAt && this.#seen.rollbacks === 0)) return { kind: 'rollback', trigger: 'script', reason: 'the script says so', readings: [] }
    if (this.#seen.rollbacks > 0) return { kind: 'keep', status: 'armed', readings: [] }
    const wanted = batches.findLast((batch) => batch.position <= position)?.batchSize ?? batchSize
    if (wanted === batchSize) return { kind: 'keep', status: 'armed', readings: [] }
    return { kind: wanted > batchSize ? 'grow' : 'shrink', batchSize: wanted, trigger: 'script', reason: 'the script says so', readings: [] }
  }

  changed(): void {}

  rolledBack({ epochBatch, rollbacks }: { readonly epochBatch: number; readonly rollbacks: number }): number {
    if (rollbacks > 2) throw new LoupeError('diverged', `Training diverged ${rollbacks} times.`, { rollbacks })
    this.#seen = { ...this.#seen, rollbacks }
    return Math.floor(epochBatch / 2)
  }

  learningRateFactor(): number {
    return 1
  }

  readonly warnings = []
  readonly curves = {}

  get state(): Readonly<Record<string, unknown>> {
    return { ...this.#seen }
  }

  restore(state: Readonly<Record<string, unknown>>): void {
    this.#seen = state as unknown as Seen // as this class wrote it
  }
}
