import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import type { Sending } from './memory.ts'

/** What differs between the steps of a run, each with a trace of its own. */
export interface StepVariant {
  readonly sending: Sending
  /** Whether the compressor fits anew. */
  readonly fits: boolean
  /** Whether histograms, norms and readings are told. */
  readonly records: boolean
  /** Whether what the step made, and the values, are told in full. */
  readonly snapshot: boolean
}

/** A place in a run's course. */
export interface StepPlace {
  /** Steps before this one. */
  readonly step: number
  /** Of the run. */
  readonly lastStep: number
}

/** True for a step that each worker takes by itself: weight deltas are exchanged every so many steps, and after the last. */
export function isLocalStep({ target, localSteps }: Pick<ExchangeConfig, 'target' | 'localSteps'>, { step, lastStep }: StepPlace): boolean {
  return target === 'weight-delta' && (step + 1) % localSteps !== 0 && step + 1 !== lastStep
}

/** Which trace a step takes. It follows from the place in the run alone. */
export function variantAt(exchange: ExchangeConfig, { snapshot, ...place }: StepPlace & { readonly snapshot: boolean }): StepVariant {
  const { startStep, logEvery, compressor } = exchange
  const since = place.step - startStep
  const { length, isEnd, sent, logs } = roundAt(exchange, place)
  const sending = !isEnd ? 'nothing' : since < 0 ? 'dense' : 'compressed'
  const fits = sending === 'compressed' && (compressor.kind !== 'fitted' || sent % compressor.fitEvery === 0)
  return { sending, fits, records: isEnd && logs % Math.max(1, Math.floor(logEvery / length)) === 0, snapshot }
}

/** A round: the steps from one exchange to the next. */
interface Round {
  readonly length: number
  /** Whether this step ends it, with an exchange. */
  readonly isEnd: boolean
  /** Rounds since compression began. */
  readonly sent: number
  /** What every so many rounds are logged by: the first one is, or of windows the last one of so many. */
  readonly logs: number
}

function roundAt({ target, memory, localSteps, windowSteps, startStep }: ExchangeConfig, place: StepPlace): Round {
  const { step } = place
  const since = step - startStep
  if (target === 'weight-delta') {
    const round = Math.floor(step / localSteps)
    return { length: localSteps, isEnd: !isLocalStep({ target, localSteps }, place), sent: round - Math.floor(startStep / localSteps), logs: round }
  }
  if (memory !== 'window' || since < 0) return { length: 1, isEnd: true, sent: since, logs: step }
  const window = Math.floor(since / windowSteps)
  return { length: windowSteps, isEnd: (since + 1) % windowSteps === 0, sent: window, logs: window + 1 }
}
