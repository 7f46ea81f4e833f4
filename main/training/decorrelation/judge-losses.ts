import type { CompletionReading } from '../../contract/decorrelation-records.ts'
import { THRESHOLDS } from './condition-facts.ts'
import type { ConditionFacts, JudgedTerm } from './condition-facts.ts'
import { forecastLoss, judgeCompletion } from './loss-forecast.ts'
import type { LossForecast, LossPoint } from './loss-forecast.ts'
import { LEAST_POINTS, trendOf, windowOf } from './loss-window.ts'

/** A limit is believed from so many decay times on. */
const DECAY_TIMES = 3
/** Standard errors by which a line may be steeper than the best one. */
const STEEPER = 3

/**
 * Says of each loss that has a completion threshold whether it is reached, will not be, or is open.
 *
 * Reached: the mean over the steps since the evaluation before is not above. It will not be reached where all of this holds of the {@link windowOf} its
 * course:
 *
 * - it judges so: the limit less two standard errors is above the threshold ({@link judgeCompletion});
 * - it is three times the decay time or longer, or level;
 * - neither a straight line through its end, nor a power of the steps through all of it, each three standard errors steeper than the best one, comes
 *   down to the threshold by the run's last step. This is ours: a fall too slow to tell from scatter is told as level, and one that goes on as a power
 *   as a decay, and they may yet do. Of 60 sound runs whose three losses fall as powers with 5 % of scatter, the straight line alone, two standard errors
 *   steeper, gave up 18 at one of 100 evaluations; both, three steeper, none.
 */
export function judgeLosses(facts: ConditionFacts): CompletionReading[] {
  const { decorrelation } = facts.config
  const terms = Object.keys(THRESHOLDS) as JudgedTerm[] // its own keys
  return terms.flatMap((term): CompletionReading[] => {
    const threshold = decorrelation[THRESHOLDS[term]]
    return threshold === null ? [] : [{ term, threshold, ...judged(facts, term, threshold) }]
  })
}

function judged(facts: ConditionFacts, term: JudgedTerm, threshold: number): Pick<CompletionReading, 'status' | 'limit' | 'standardError'> {
  const loss = facts.history.at(-1)?.losses[term]
  if (loss !== undefined && loss <= threshold) return { status: 'reached', limit: null, standardError: null }
  const window = windowOf(facts, ({ losses }) => losses[term])
  if (window.length < LEAST_POINTS) return { status: 'open', limit: null, standardError: null }
  const forecast = forecastLoss(window)
  const { limit, standardError } = forecast
  if (!isSettled(window, forecast) || !Number.isFinite(standardError)) return { status: 'open', limit: null, standardError: null }
  const isMissed = judgeCompletion(window, threshold).kind === 'will-not-reach' && !mayFallTo(threshold, { window, forecast, lastStep: facts.lastStep })
  return { status: isMissed ? 'will-not-reach' : 'open', limit, standardError }
}

function isSettled(window: readonly LossPoint[], { decaySteps }: LossForecast): boolean {
  const length = (window.at(-1)?.step ?? 0) - (window[0]?.step ?? 0)
  return decaySteps === null || length >= DECAY_TIMES * decaySteps
}

function mayFallTo(threshold: number, { window, forecast, lastStep }: { readonly window: readonly LossPoint[]; readonly forecast: LossForecast; readonly lastStep: number }): boolean {
  // Of a decay only the end: its beginning is steep whatever comes after.
  const tail = forecast.decaySteps === null ? window : window.slice(-Math.max(LEAST_POINTS, Math.floor(window.length / 2)))
  const { slope, standardError, end } = trendOf(tail)
  const last = window.at(-1)?.step ?? lastStep
  if (end + Math.min(0, slope - STEEPER * standardError) * Math.max(0, lastStep - last) <= threshold) return true
  // Losses are not negative; of one that is 0 there is no power.
  if (window.some(({ step, loss }) => step <= 0 || loss <= 0)) return false
  const power = trendOf(window.map(({ step, loss }) => ({ step: Math.log(step), loss: Math.log(loss) })))
  return power.end + Math.min(0, power.slope - STEEPER * power.standardError) * Math.log(Math.max(1, lastStep / last)) <= Math.log(threshold)
}
