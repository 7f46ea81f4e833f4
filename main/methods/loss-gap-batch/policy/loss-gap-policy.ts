import type { GapSignal, LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { BatchDecision, BatchPolicy, DecisionPoint, ObservedEvaluation, ObservedStep } from '../../../contract/batch-policy.ts'
import { rolledBackBatch } from './batch-sizes.ts'
import { MILLION } from './conditions.ts'
import { decideLossGap } from './decide-loss-gap.ts'
import { belowIdealWarning } from './below-ideal.ts'
import { epochBatchSize } from './epoch-law.ts'
import { evaluatedSignal, idealValue } from './gap.ts'
import { GradientTrack } from './gradient-track.ts'
import { learningRateFactor, trainingNoise } from './learning-rate-factor.ts'
import { lossGapState, type LossGapMemory, type LossGapState } from './loss-gap-state.ts'
import { noiseOf, noNoise, observeNoise } from './noise.ts'
import { policyLengths, type PolicyFacts, type PolicyLengths } from './policy-facts.ts'
import { signalText } from './reasons.ts'
import { SignalTrack, type GapObservation } from './signal-track.ts'
import { BUCKETS } from './window.ts'

/** Decay of the noise means that AdaScale reads, from one evaluation to the next. */
const NOISE_SMOOTHING = 0.8

/** Changes the batch size from the gap between where training is and where it should be, or with the epochs. */
export class LossGapPolicy implements BatchPolicy {
  readonly needs: BatchPolicy['needs']
  readonly #config: LossGapPolicyConfig
  readonly #facts: PolicyFacts
  readonly #lengths: PolicyLengths
  readonly #tracks: ReadonlyMap<GapSignal, SignalTrack>
  /** Whose curves are logged. */
  readonly #first: SignalTrack | undefined
  readonly #ideals: ReadonlyMap<GapSignal, number>
  readonly #gradient: GradientTrack
  #memory: LossGapMemory

  constructor({ config, facts }: { readonly config: LossGapPolicyConfig; readonly facts: PolicyFacts }) {
    this.#config = config
    this.#facts = facts
    this.#lengths = policyLengths(config, facts.trainExamples)
    this.#gradient = new GradientTrack(this.#lengths)
    this.#memory = { noise: noNoise, broken: null, lastChange: null, lastEvaluation: null, reference: { epoch: 0, batchSize: facts.firstBatch }, trainingNoise: null, belowIdeal: null }
    this.#tracks = new Map(config.signals.map((signal) => [signal, new SignalTrack({ lengths: this.#lengths, order: config.derivativeOrder, bucketExamples: signal === 'train-loss' ? this.#lengths.window / BUCKETS : 0 })]))
    this.#first = [...this.#tracks.values()][0]
    this.#ideals = new Map(config.signals.map((signal) => [signal, idealValue({ signal, config, facts })]))
    this.needs = { gradientNorm: config.gradientNormBelow !== null || config.divergeGradientRatio !== null, noise: config.learningRateRule === 'adascale' }
  }

  observeStep({ position, batchSize, loss, gradientNorm, learningRate }: ObservedStep): void {
    const before = position - batchSize // the loss and its gradient are those before the update
    const { trainExamples, momentum } = this.#facts
    if (Number.isFinite(learningRate)) this.#memory.trainingNoise = trainingNoise({ learningRate, batchSize, trainExamples, momentum })
    if (this.#isBroken('train loss', loss, position) || (gradientNorm !== null && this.#isBroken('gradient norm', gradientNorm, position))) return
    this.#follow('train-loss', { position: before, value: loss, sinceLast: batchSize, examples: batchSize })
    if (gradientNorm !== null) this.#gradient.observe({ position: before, norm: gradientNorm, examples: batchSize })
  }

  observeEvaluation({ position, values }: ObservedEvaluation): void {
    this.#memory.noise = observeNoise(this.#memory.noise, values, NOISE_SMOOTHING)
    if (position === this.#memory.lastEvaluation) return
    const sinceLast = this.#memory.lastEvaluation === null ? this.#lengths.halfLife : position - this.#memory.lastEvaluation
    this.#memory.lastEvaluation = position
    for (const signal of this.#tracks.keys()) {
      const value = evaluatedSignal(signal, values)
      if (value === null || this.#isBroken(signalText(signal), value, position)) continue
      this.#follow(signal, { position, value, sinceLast, examples: 1 })
    }
  }

  decide(point: DecisionPoint): BatchDecision {
    return decideLossGap({ config: this.#config, facts: this.#facts, lengths: this.#lengths, tracks: this.#tracks, gradient: this.#gradient, ...this.#memory }, point)
  }

  changed({ position, fromBatch, toBatch }: { readonly position: number; readonly fromBatch: number; readonly toBatch: number }): void {
    const epoch = this.#epochAt(position)
    const isLaw = toBatch === epochBatchSize({ config: this.#config, firstBatch: this.#facts.firstBatch, epoch, reference: this.#memory.reference })
    if (!isLaw) this.#memory.reference = { epoch, batchSize: toBatch }
    this.#memory.lastChange = position
    if (toBatch < fromBatch) this.#restart()
  }

  rolledBack({ position, epochBatch, rollbacks }: { readonly position: number; readonly epochBatch: number; readonly rollbacks: number }): number {
    const batchSize = rolledBackBatch({ config: this.#config, epochBatch, rollbacks })
    this.#memory.reference = { epoch: this.#epochAt(position), batchSize }
    this.#memory.lastChange = position
    this.#memory.broken = null
    this.#restart()
    return batchSize
  }

  learningRateFactor(batchSize: number): number {
    return learningRateFactor({ rule: this.#config.learningRateRule, batchSize, firstBatch: this.#facts.firstBatch, noise: noiseOf(this.#memory.noise) })
  }

  /** Of the first signal. */
  get curves(): Readonly<Record<string, number>> {
    const track = this.#first
    const curves: Record<string, number> = {}
    if (track !== undefined) {
      const { smoothed, fits, derivative } = track
      if (smoothed !== null) curves['controller/gap'] = smoothed
      if (fits !== null) {
        curves['controller/slope'] = fits.slope * MILLION
        curves['controller/slope-t'] = fits.slopeT
      }
      if (derivative !== null) curves['controller/derivative'] = derivative * MILLION ** this.#config.derivativeOrder
    }
    if (this.#gradient.smoothed !== null) curves['controller/gradient-norm'] = this.#gradient.smoothed
    if (this.#memory.trainingNoise !== null) curves['controller/training-noise'] = this.#memory.trainingNoise
    return curves
  }

  get warnings(): BatchPolicy['warnings'] {
    return this.#memory.belowIdeal === null ? [] : [belowIdealWarning(this.#memory.belowIdeal)]
  }

  get state(): Readonly<Record<string, unknown>> {
    const tracks = Object.fromEntries([...this.#tracks].map(([signal, track]) => [signal, track.state]))
    return { kind: 'loss-gap', tracks, gradient: this.#gradient.state, memory: { ...this.#memory } } satisfies LossGapState
  }

  restore(saved: Readonly<Record<string, unknown>>): void {
    const { tracks, gradient, memory } = lossGapState.parse(saved)
    for (const [signal, track] of this.#tracks) {
      const state = tracks[signal]
      if (state !== undefined) track.state = state
    }
    this.#gradient.state = gradient
    this.#memory = memory
  }

  #follow(signal: GapSignal, { position, value, sinceLast, examples }: Omit<GapObservation, 'gap'> & { readonly value: number }): void {
    const track = this.#tracks.get(signal)
    if (track === undefined) return
    const ideal = this.#ideals.get(signal) ?? 0
    track.observe({ position, gap: value - ideal, sinceLast, examples })
    if (this.#memory.belowIdeal !== null) return
    const { smoothed } = track
    if (smoothed !== null && smoothed < 0) this.#memory.belowIdeal = { signal, gap: smoothed, ideal }
  }

  #isBroken(what: string, value: number, position: number): boolean {
    if (Number.isFinite(value)) return false
    this.#memory.broken ??= { what, value: String(value), position }
    return true
  }

  #restart(): void {
    for (const track of this.#tracks.values()) track.restart()
    this.#gradient.restart()
  }

  #epochAt(position: number): number {
    return Math.floor(position / this.#facts.trainExamples)
  }
}
