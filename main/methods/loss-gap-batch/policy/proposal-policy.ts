import type { BatchPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { BatchDecision, BatchPolicy, DecidingNumbers, DecisionPoint, ObservedEvaluation, ObservedStep, PolicyStatus } from '../../../contract/batch-policy.ts'
import { z } from '../../../contract/zod.ts'
import { allowedBatch, rolledBackBatch } from './batch-sizes.ts'
import { smoothingFloor } from './gap.ts'
import { learningRateFactor, trainingNoise } from './learning-rate-factor.ts'
import { noiseOf, noiseState, noNoise, observeNoise } from './noise.ts'
import { cooldownOf, type PolicyFacts } from './policy-facts.ts'
import { cabsBatch, noiseScaleBatch, normTestBatch } from './proposals.ts'
import { figure } from './reasons.ts'
import { decayed, nothingSmoothed, smoothedState, type Smoothed } from './smoothed.ts'

export type ProposalConfig = Exclude<BatchPolicyConfig, { readonly kind: 'loss-gap' }>

const proposalState = z.strictObject({
  kind: z.enum(['cabs', 'norm-test', 'noise-scale']),
  noise: noiseState,
  loss: smoothedState,
  /** Mean loss since the last evaluation, and its examples. */
  open: z.strictObject({ loss: z.number(), examples: z.number() }),
  learningRate: z.number().nullable(),
  lastChange: z.number().nullable(),
  trainingNoise: z.number().nullable(),
})
type ProposalState = z.output<typeof proposalState>

const SHRINK_FACTOR = 0.5
const MAX_ROLLBACKS = 3

interface Proposal {
  readonly batchSize: number
  /** Its formula with the numbers in it. */
  readonly formula: string
  readonly numbers: DecidingNumbers
}

/** A published policy: proposes a batch size from the gradient noise that evaluations estimate. It does not answer divergence: the run fails as one of a fixed batch does. */
export class ProposalPolicy implements BatchPolicy {
  readonly needs = { gradientNorm: false, noise: true }
  readonly warnings = []
  readonly #config: ProposalConfig
  readonly #facts: PolicyFacts
  readonly #cooldown: number
  #state: ProposalState

  constructor({ config, facts }: { readonly config: ProposalConfig; readonly facts: PolicyFacts }) {
    this.#config = config
    this.#facts = facts
    this.#cooldown = cooldownOf(config, facts.trainExamples)
    this.#state = { kind: config.kind, noise: noNoise, loss: nothingSmoothed, open: { loss: 0, examples: 0 }, learningRate: null, lastChange: null, trainingNoise: null }
  }

  observeStep({ batchSize, loss, learningRate }: ObservedStep): void {
    const { trainExamples, momentum } = this.#facts
    const { open } = this.#state
    const examples = open.examples + batchSize
    const mean = Number.isFinite(loss) ? { loss: open.loss + (batchSize / examples) * (loss - open.loss), examples } : open
    this.#state = { ...this.#state, open: mean }
    if (Number.isFinite(learningRate)) this.#state = { ...this.#state, learningRate, trainingNoise: trainingNoise({ learningRate, trainExamples, batchSize, momentum }) }
  }

  observeEvaluation({ values }: ObservedEvaluation): void {
    const { smoothing } = this.#config
    const { open, loss } = this.#state
    const isSeen = open.examples > 0
    this.#state = {
      ...this.#state,
      noise: observeNoise(this.#state.noise, values, smoothing),
      loss: isSeen ? decayed({ smoothed: loss, value: open.loss, keep: smoothing }) : loss,
      open: { loss: 0, examples: 0 },
    }
  }

  decide({ position, batchSize }: DecisionPoint): BatchDecision {
    const proposal = this.#propose()
    const keep = (status: PolicyStatus): BatchDecision => ({ kind: 'keep', status, readings: [] })
    const { lastChange } = this.#state
    if (lastChange !== null && position - lastChange < this.#cooldown) return keep('cooling-down')
    if (proposal === null) return keep('waiting-for-window')
    const { kind, minChange, batchMin, batchMax } = this.#config
    const allowed = allowedBatch(proposal.batchSize, this.#config)
    const wanted = kind === 'norm-test' ? Math.max(batchSize, allowed) : allowed // the test says when a batch is too small, never that it is too large
    const reading = { condition: kind, signal: null, value: proposal.batchSize, threshold: batchSize, isMet: true, side: wanted > batchSize ? 'grow' : 'diverge' } as const
    if (wanted === batchSize || Math.abs(wanted - batchSize) / batchSize < minChange) {
      const status = batchSize >= batchMax ? 'at-max' : batchSize <= batchMin ? 'at-min' : 'armed'
      return { kind: 'keep', status, readings: [{ ...reading, isMet: false, side: 'grow' }] }
    }
    return { kind: wanted > batchSize ? 'grow' : 'shrink', batchSize: wanted, trigger: kind, reason: proposal.formula, readings: [reading], numbers: proposal.numbers }
  }

  changed({ position }: { readonly position: number; readonly fromBatch: number; readonly toBatch: number }): void {
    this.#state = { ...this.#state, lastChange: position }
  }

  /** Only where it was asked for from outside: on with half the previous epoch's batch. */
  rolledBack({ position, epochBatch, rollbacks }: { readonly position: number; readonly epochBatch: number; readonly rollbacks: number }): number {
    const batchSize = rolledBackBatch({ config: { ...this.#config, shrinkFactor: SHRINK_FACTOR, maxRollbacks: MAX_ROLLBACKS }, epochBatch, rollbacks })
    this.#state = { ...this.#state, lastChange: position }
    return batchSize
  }

  learningRateFactor(batchSize: number): number {
    return learningRateFactor({ rule: this.#config.learningRateRule, batchSize, firstBatch: this.#facts.firstBatch, noise: noiseOf(this.#state.noise) })
  }

  get curves(): Readonly<Record<string, number>> {
    const proposal = this.#propose()
    const { trainingNoise } = this.#state
    return { ...(proposal === null ? {} : { 'controller/wanted-batch': proposal.batchSize }), ...(trainingNoise === null ? {} : { 'controller/training-noise': trainingNoise }) }
  }

  get state(): Readonly<Record<string, unknown>> {
    return { ...this.#state }
  }

  restore(state: Readonly<Record<string, unknown>>): void {
    this.#state = proposalState.parse(state)
  }

  /** Null before the first estimates, and where they are not positive: then there is too little data to say anything. */
  #propose(): Proposal | null {
    const noise = noiseOf(this.#state.noise)
    if (noise === null || !(noise.trace > 0)) return null
    const config = this.#config
    const { trace, gradientSquared } = noise
    if (config.kind === 'cabs') return this.#proposeCabs(config.scale, trace, this.#state.loss)
    if (!(gradientSquared > 0)) return null
    const measured = `tr Σ ${figure(trace)}, |G|² ${figure(gradientSquared)}`
    if (config.kind === 'norm-test') {
      const batchSize = normTestBatch({ theta: config.theta, trace, gradientSquared })
      return { batchSize, formula: `the norm test with θ ${figure(config.theta)} asks for ${figure(batchSize)} (${measured})`, numbers: { theta: config.theta, trace, gradientSquared } }
    }
    const batchSize = noiseScaleBatch({ scale: config.scale, trace, gradientSquared })
    return { batchSize, formula: `${figure(config.scale)} times the noise scale is ${figure(batchSize)} (${measured})`, numbers: { scale: config.scale, trace, gradientSquared } }
  }

  #proposeCabs(scale: number, trace: number, loss: Smoothed): Proposal | null {
    const { learningRate } = this.#state
    const gap = loss.value - smoothingFloor(this.#facts.classes, this.#facts.labelSmoothing)
    if (learningRate === null || loss.weight === 0 || !(gap > 0)) return null
    const batchSize = cabsBatch({ scale, learningRate, trace, gap })
    return { batchSize, formula: `CABS proposes ${figure(batchSize)} (learning rate ${figure(learningRate)}, tr Σ ${figure(trace)}, loss ${figure(gap)} above its floor)`, numbers: { scale, learningRate, trace, gap } }
  }
}
