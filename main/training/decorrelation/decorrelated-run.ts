import type { CompletionReading, DecorrelationRecord, LossTerm, Recommendation, TermReading } from '../../contract/decorrelation-records.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { RunProbe, Values } from '../evaluate-run.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { RunPlan } from '../run-plan.ts'
import type { RunState } from '../run-state.ts'
import type { TrainingObserver } from '../trainer.ts'
import type { StepResults } from '../training-step.ts'
import type { ChannelProbe } from './channel-probe.ts'
import { startDecorrelation } from './decorrelation-state.ts'
import type { DecorrelationState } from './decorrelation-state.ts'
import { TERM_METRICS, warmupFactor } from './decorrelation-step.ts'
import { weightOf } from './loss-terms.ts'
import { judgeLosses, recommendChanges } from './recommend.ts'
import type { ConditionFacts } from './recommend.ts'

/** With fewer live channels than this there is no pair to decorrelate. */
const LEAST_LIVE = 2
/** So many steps in a row without a pair end the run. */
const MOST_WITHOUT_PAIRS = 100
const FEW_LIVE = 'channels.few-live'

export interface DecorrelatedRunOptions {
  readonly config: RunConfig & { readonly decorrelation: DecorrelationConfig }
  readonly plan: RunPlan
  readonly dataset: Dataset
  readonly probe: ChannelProbe
  readonly observer: Pick<TrainingObserver, 'onDecorrelation' | 'onEvent' | 'onWarning'>
}

/**
 * What is looked at in a run that decorrelates beside loss and accuracy: the channels of its features, every term by itself, whether the terms come
 * to their thresholds, and what to change where they do not.
 */
export class DecorrelatedRun implements RunProbe {
  readonly #options: DecorrelatedRunOptions
  readonly #state: RunState
  readonly #own: DecorrelationState

  constructor(options: DecorrelatedRunOptions, state: RunState) {
    this.#options = options
    this.#state = state
    const { decorrelation, optimizer, batchSize } = options.config
    const conditions = JSON.stringify([decorrelation, optimizer, batchSize])
    this.#own = state.decorrelation?.conditions === conditions ? state.decorrelation : startDecorrelation(conditions)
    state.decorrelation = this.#own
  }

  /** True once every threshold that the config gives is reached. */
  get isComplete(): boolean {
    return this.#own.isComplete
  }

  /** Takes in what a call told of its steps. @param firstStep  The step after which the call began. @throws LoupeError `diverged` after too many steps without a pair of live channels. */
  observe({ metrics = {}, liveChannels, losses: first }: StepResults, firstStep: number): void {
    const own = this.#own
    own.steps += first.length
    for (const [term, key] of Object.entries(TERM_METRICS) as [LossTerm, keyof typeof metrics][]) { // its keys are terms
      const values = metrics[key]
      if (values !== undefined) own.sums[term] = (own.sums[term] ?? 0) + sum(values)
    }
    if (liveChannels !== undefined) for (let i = 0; i < liveChannels.length; i++) this.#observeLive(liveChannels[i]!, firstStep + i + 1)
  }

  async evaluate(state: RunState, values: Values): Promise<Values> {
    const { config, probe, observer } = this.#options
    const own = this.#own
    const { decorrelation } = config
    const means = meansOf(own)
    if (own.steps > 0) own.history.push({ step: state.step, losses: means, evaluated: evaluatedLosses(values) })
    Object.assign(own, { sums: {}, steps: 0 })
    const factor = warmupFactor(decorrelation, state.step)
    const { streams, taps, gradientNorms } = await probe()
    const terms = Object.entries(gradientNorms).map(([term, norm]): TermReading => {
      const weight = weightOf(term as LossTerm, decorrelation, factor) // the probe's terms
      return { term: term as LossTerm, loss: means[term as LossTerm] ?? null, weight, gradientNorm: finite(norm * weight) }
    })
    const facts = this.#facts({ state, values, terms, taps, streams })
    const completion = judgeLosses(facts)
    const recommendations = recommendChanges(facts, completion)
    this.#tell(completion, recommendations)
    const record: DecorrelationRecord = { step: state.step, examples: state.examples, wallMs: state.wallMs, factor, streams: [...streams], taps: [...taps], terms, completion, recommendations }
    observer.onDecorrelation?.(record)
    const of = (kind: DecorrelationRecord['streams'][number]['kind']) => taps.find(({ stream }) => streams[stream]?.kind === kind)
    const [shown, unlabelled] = [of('validation') ?? of('training'), of('unlabelled')]
    return {
      ...(shown === undefined ? {} : { 'decorrelation/mean-correlation': shown.meanAbsolute, 'decorrelation/effective-rank': shown.effectiveRank, 'decorrelation/dead-channels': shown.dead, 'decorrelation/mean-deviation': sum(shown.deviations) / shown.channels }),
      ...(unlabelled === undefined ? {} : { 'decorrelation/unlabelled-mean-correlation': unlabelled.meanAbsolute }),
    }
  }

  #facts({ state, values, terms, taps, streams }: Pick<ConditionFacts, 'terms' | 'taps' | 'streams'> & { readonly state: RunState; readonly values: Values }): ConditionFacts {
    const { config, plan, dataset } = this.#options
    const of = (split: 'train' | 'validation') => ({ loss: values[`${split}/loss`] ?? Number.NaN, accuracy: values[`${split}/accuracy`] ?? Number.NaN })
    return {
      ...{ config, terms, taps, streams, step: state.step, lastStep: plan.lastStep, history: this.#own.history as ConditionFacts['history'], classes: dataset.classes },
      labelledExamples: plan.trainExamples,
      trainingExamples: dataset.train.count,
      train: of('train'),
      validation: values['validation/loss'] === undefined ? null : of('validation'),
    }
  }

  #tell(completion: readonly CompletionReading[], recommendations: readonly Recommendation[]): void {
    const { observer } = this.#options
    const own = this.#own
    const { step } = this.#state
    if (completion.length > 0 && completion.every(({ status }) => status === 'reached') && !own.isComplete) {
      own.isComplete = true
      const means = own.history.at(-1)?.losses ?? {}
      const reached = completion.map(({ term, threshold }) => ({ term, threshold, loss: means[term] ?? null }))
      observer.onEvent?.({ kind: 'thresholds.reached', level: 'info', message: `All thresholds are reached after step ${step}: ${reached.map(({ term, loss, threshold }) => `${term} ${loss?.toPrecision(3)} ≤ ${threshold}`).join(', ')}.`, facts: { step, thresholds: reached } })
    }
    for (const recommended of recommendations) {
      const key = `${recommended.reason} ${recommended.term}`
      if (own.told.includes(key)) continue
      own.told.push(key)
      const changes = recommended.changes.map(({ path, from, to }) => `${path} ${from} → ${to}`).join(', ')
      observer.onEvent?.({ kind: 'conditions.recommended', level: 'info', message: `Recommended after step ${step} (${recommended.reason}${recommended.term === null ? '' : `, ${recommended.term} loss`}): ${[changes, ...(recommended.wantsData ? ['more training data'] : [])].filter((text) => text !== '').join('; ')}.`, facts: { step, ...recommended } })
    }
  }

  #observeLive(live: number, step: number): void {
    const own = this.#own
    if (live >= LEAST_LIVE) {
      own.stepsWithoutPairs = 0
      return
    }
    own.stepsWithoutPairs += 1
    const facts = { live, step, steps: own.stepsWithoutPairs }
    if (own.stepsWithoutPairs >= MOST_WITHOUT_PAIRS) {
      throw new LoupeError('diverged', `A decorrelated feature had ${live} live ${live === 1 ? 'channel' : 'channels'} for ${MOST_WITHOUT_PAIRS} steps up to step ${step}: the network is dead there. Lower the learning rate or the weights of the losses between channels.`, facts)
    }
    if (this.#state.warned.includes(FEW_LIVE)) return
    this.#state.warned = [...this.#state.warned, FEW_LIVE]
    this.#options.observer.onWarning(FEW_LIVE, `A decorrelated feature has ${live} live ${live === 1 ? 'channel' : 'channels'} at step ${step}: no pair is left to decorrelate, so the loss between channels is 0 there. The run ends after ${MOST_WITHOUT_PAIRS} such steps in a row.`, facts)
  }
}

function evaluatedLosses(values: Values): DecorrelationState['history'][number]['evaluated'] {
  const [train, validation] = [values['train/loss'], values['validation/loss']]
  return train === undefined || validation === undefined ? null : { train, validation }
}

function meansOf({ sums, steps }: DecorrelationState): Partial<Record<LossTerm, number>> {
  return Object.fromEntries(Object.entries(sums).map(([term, total]) => [term, total / steps]))
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
