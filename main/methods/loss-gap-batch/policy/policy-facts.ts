import type { LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { OptimizerKind } from '../../../contract/optimizer-config.ts'

/** What a policy must know of its run beside its own settings. */
export interface PolicyFacts {
  /** Examples; of the first step. */
  readonly firstBatch: number
  readonly trainExamples: number
  /** 0 or 1 where the run has no classes: only label smoothing asks for them. */
  readonly classes: number
  readonly labelSmoothing: number
  /** μ; 0 for an optimiser without. */
  readonly momentum: number
  readonly optimizer: OptimizerKind
}

/** Lengths that a policy measures with, in examples. */
export interface PolicyLengths {
  readonly window: number
  readonly halfLife: number
  readonly cooldown: number
}

/** Epochs; where the settings say null. */
const DEFAULT_WINDOW = 0.4
const DEFAULT_HALF_LIFE = 0.1
const DEFAULT_COOLDOWN = 0.5
/** Updates at the largest batch; a half-life of fewer would smooth nothing there. */
const LEAST_UPDATES = 2

/** Least window, in examples, that holds the degree + 2 updates at the largest batch that a fit of degree n + 1 needs. */
export function leastWindow({ derivativeOrder, batchMax }: Pick<LossGapPolicyConfig, 'derivativeOrder' | 'batchMax'>): number {
  return (derivativeOrder + 3) * batchMax
}

/** The lengths of a loss-gap policy, with the defaults filled in: 0.4, 0.1 and 0.5 epochs, window and half-life no shorter than what the largest batch needs. */
export function policyLengths(config: LossGapPolicyConfig, trainExamples: number): PolicyLengths {
  return {
    window: config.windowExamples ?? Math.max(leastWindow(config), Math.ceil(DEFAULT_WINDOW * trainExamples)),
    halfLife: config.halfLifeExamples ?? Math.max(LEAST_UPDATES * config.batchMax, Math.ceil(DEFAULT_HALF_LIFE * trainExamples)),
    cooldown: cooldownOf(config, trainExamples),
  }
}

/** Examples between two changes: half an epoch where nothing else is set. */
export function cooldownOf({ cooldownExamples }: { readonly cooldownExamples: number | null }, trainExamples: number): number {
  return cooldownExamples ?? Math.ceil(DEFAULT_COOLDOWN * trainExamples)
}
