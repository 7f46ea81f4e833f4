import type { GapSignal, LossGapPolicyConfig } from '../../../contract/batch-policy-config.ts'
import type { BatchDecision, BatchPolicy, DecisionPoint, ObservedEvaluation, ObservedStep } from '../../../contract/batch-policy.ts'
import { z } from '../../../contract/zod.ts'
import { rolledBackBatch } from './batch-sizes.ts'
import { MILLION } from './conditions.ts'
import { decideLossGap, type BrokenValue, type LossGapView } from './decide-loss-gap.ts'
import { epochBatchSize, epochReference, type EpochReference } from './epoch-law.ts'
import { evaluatedSignal, idealValue } from './gap.ts'
import { GradientTrack, gradientTrackState } from './gradient-track.ts'
import { learningRateFactor, trainingNoise } from './learning-rate-factor.ts'
import { noiseOf, noiseState, noNoise, observeNoise, type NoiseMeans } from './noise.ts'
import { policyLengths, type PolicyFacts, type PolicyLengths } from './policy-facts.ts'
import { figure, signalText } from './reasons.ts'
import { SignalTrack, signalTrackState } from './signal-track.ts'
import { BUCKETS } from './window.ts'

const lossGapState = z.strictObject({
  kind: z.literal('loss-gap'),
  tracks: z.record(z.string(), signalTrackState),
  gradient: gradientTrackState,
  noise: noiseState,
  broken: z.strictObject({ what: z.string(), value: z.string(), position: z.number() }).nullable(),
  lastChange: z.number().nullable(),
  lastEvaluation: z.number().nullable(),
  reference: epochReference,
  trainingNoise: z.number().nullable(),
})

/** Decay of the noise means that AdaScale reads, from one evaluation to the next. */
const NOISE_SMOOTHING = 0.8

/** Changes the batch size from the gap between where training is and where it should be, or with the epochs. */
export class LossGapPolicy implements BatchPolicy {
  readonly needs: BatchPolicy['needs']
  readonly #config: LossGapPolicyConfig
  readonly #facts: PolicyFacts
  readonly #lengths: PolicyLengths
  readonly #tracks: ReadonlyMap<GapSignal, SignalTrack>
  readonly #gradient: GradientTrack
  #noise: NoiseMeans = noNoise
  #broken: BrokenValue | null = null
  #lastChange: number | null = null
  #lastEvaluation: number | null = null
  #reference: EpochReference
  #trainingNoise: number | null = null

  constructor({ config, facts }: { readonly config: LossGapPolicyConfig; readonly facts: PolicyFacts }) {
    this.#config = config
    this.#facts = facts
    this.#lengths = policyLengths(config, facts.trainExamples)
    this.#gradient = new GradientTrack(this.#lengths)
    this.#reference = { epoch: 0, batchSize: facts.firstBatch }
    this.#tracks = new Map(config.signals.map((signal) => [signal, new SignalTrack({ lengths: this.#lengths, order: config.derivativeOrder, bucketExamples: signal === 'train-loss' ? this.#lengths.window / BUCKETS : 0 })]))
    this.needs = { gradientNorm: config.gradientNormBelow !== null || config.divergeGradientRatio !== null, noise: config.learningRateRule === 'adascale' }
  }

  observeStep({ position, batchSize, loss, gradientNorm, learningRate }: ObservedStep): void {
    const before = position - batchSize // the loss and its gradient are those before the update
    this.#trainingNoise = trainingNoise({ learningRate, batchSize, trainExamples: this.#facts.trainExamples, momentum: this.#facts.momentum })
    if (this.#isBroken('train loss', loss, position) || (gradientNorm !== null && this.#isBroken('gradient norm', gradientNorm, position))) return
    this.#tracks.get('train-loss')?.observe({ position: before, gap: this.#gap('train-loss', loss), sinceLast: batchSize, examples: batchSize })
    if (gradientNorm !== null) this.#gradient.observe({ position: before, norm: gradientNorm, examples: batchSize })
  }

  observeEvaluation({ position, values }: ObservedEvaluation): void {
    this.#noise = observeNoise(this.#noise, values, NOISE_SMOOTHING)
    if (position === this.#lastEvaluation) return
    const sinceLast = this.#lastEvaluation === null ? this.#lengths.halfLife : position - this.#lastEvaluation
    this.#lastEvaluation = position
    for (const [signal, track] of this.#tracks) {
      const value = evaluatedSignal(signal, values)
      if (value === null || this.#isBroken(signalText(signal), value, position)) continue
      track.observe({ position, gap: this.#gap(signal, value), sinceLast, examples: 1 })
    }
  }

  decide(point: DecisionPoint): BatchDecision {
    return decideLossGap(this.#view, point)
  }

  changed({ position, fromBatch, toBatch }: { readonly position: number; readonly fromBatch: number; readonly toBatch: number }): void {
    const epoch = this.#epochAt(position)
    const isLaw = toBatch === epochBatchSize({ config: this.#config, firstBatch: this.#facts.firstBatch, epoch, reference: this.#reference })
    if (!isLaw) this.#reference = { epoch, batchSize: toBatch }
    this.#lastChange = position
    if (toBatch < fromBatch) this.#restart()
  }

  rolledBack({ position, epochBatch, rollbacks }: { readonly position: number; readonly epochBatch: number; readonly rollbacks: number }): number {
    const batchSize = rolledBackBatch({ config: this.#config, epochBatch, rollbacks })
    this.#reference = { epoch: this.#epochAt(position), batchSize }
    this.#lastChange = position
    this.#broken = null
    this.#restart()
    return batchSize
  }

  learningRateFactor(batchSize: number): number {
    return learningRateFactor({ rule: this.#config.learningRateRule, batchSize, firstBatch: this.#facts.firstBatch, noise: noiseOf(this.#noise) })
  }

  get curves(): Readonly<Record<string, number>> {
    const curves: Record<string, number> = {}
    for (const [signal, { smoothed, fits }] of this.#tracks) {
      if (smoothed !== null) curves[`gap/${signal}`] = smoothed
      if (fits === null) continue
      curves[`gap-slope/${signal}`] = fits.slope * MILLION
      curves[`gap-slope-t/${signal}`] = fits.slopeT
      curves[`gap-derivative/${signal}`] = fits.derivative * MILLION ** this.#config.derivativeOrder
    }
    if (this.#gradient.smoothed !== null) curves['policy/gradient-norm'] = this.#gradient.smoothed
    if (this.#trainingNoise !== null) curves['policy/training-noise'] = this.#trainingNoise
    return curves
  }

  get warnings(): BatchPolicy['warnings'] {
    return [...this.#tracks].flatMap(([signal, { smoothed }]) => {
      if (smoothed === null || smoothed >= 0) return []
      const ideal = idealValue({ signal, config: this.#config, facts: this.#facts })
      return [{ code: 'gap-below-ideal', message: `The ${signalText(signal)} is ${figure(-smoothed)} below its ideal value of ${figure(ideal)}, so its gap is negative. Lower idealValue.`, facts: { signal, gap: smoothed, ideal } }]
    })
  }

  get state(): Readonly<Record<string, unknown>> {
    const tracks = Object.fromEntries([...this.#tracks].map(([signal, track]) => [signal, track.state]))
    return {
      ...{ kind: 'loss-gap', tracks, gradient: this.#gradient.state, noise: this.#noise, broken: this.#broken, lastChange: this.#lastChange },
      ...{ lastEvaluation: this.#lastEvaluation, reference: this.#reference, trainingNoise: this.#trainingNoise },
    } satisfies z.output<typeof lossGapState>
  }

  restore(saved: Readonly<Record<string, unknown>>): void {
    const state = lossGapState.parse(saved)
    for (const [signal, track] of this.#tracks) {
      const trackState = state.tracks[signal]
      if (trackState !== undefined) track.state = trackState
    }
    this.#gradient.state = state.gradient
    this.#noise = state.noise
    this.#broken = state.broken
    this.#lastChange = state.lastChange
    this.#lastEvaluation = state.lastEvaluation
    this.#reference = state.reference
    this.#trainingNoise = state.trainingNoise
  }

  get #view(): LossGapView {
    return { config: this.#config, facts: this.#facts, lengths: this.#lengths, tracks: this.#tracks, gradient: this.#gradient, broken: this.#broken, lastChange: this.#lastChange, reference: this.#reference }
  }

  #gap(signal: GapSignal, value: number): number {
    return value - idealValue({ signal, config: this.#config, facts: this.#facts })
  }

  #isBroken(what: string, value: number, position: number): boolean {
    if (Number.isFinite(value)) return false
    this.#broken ??= { what, value: String(value), position }
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
