import type { CompletionReading, Recommendation } from '../../contract/decorrelation-records.ts'
import type { ConditionFacts, ConditionRule } from './condition-facts.ts'
import { deadChannels, fewLabels, noEffect, overfitting, overweight } from './course-rules.ts'
import { LEAST_POINTS, windowOf } from './loss-window.ts'
import { atNoiseFloor, belowNoiseFloor, belowRankBound, willNotReach } from './reach-rules.ts'

export type { ConditionFacts } from './condition-facts.ts'
export { judgeLosses } from './judge-losses.ts'

/** The most important first. */
const rules: readonly ConditionRule[] = [belowRankBound, deadChannels, overweight, willNotReach, belowNoiseFloor, overfitting, fewLabels, noEffect, atNoiseFloor]

/**
 * What a run's course so far speaks for changing, the most important first; none before 8 evaluations after the warm-up.
 *
 * | reason | applies where | changes, the first that is possible |
 * |---|---|---|
 * | below-rank-bound | threshold of loss 3 or 4 below the least value that the rank of its batch allows | its batch, to the least one that does; else the threshold, to the bound |
 * | dead-channels | more than 1/4 of a feature's channels are dead | half the weight of the heavier of losses 3 and 4, if they make up more than half of the gradient; else half the learning rate |
 * | overweight | losses 3 and 4 make up more than 2/3 of the gradient, the task loss does not fall (slope above −2 standard errors), training accuracy below 0.95 | both weights, times the ratio of the task's share to theirs, from 0.1 to 0.5 |
 * | will-not-reach | {@link judgeLosses} says so, and neither bound nor floor explains it | gap large, or fewer than 50 labelled examples a class: twice the fraction in use, else more data. Otherwise of the task: half the largest other weight, if others make up 1/3 or more of the gradient; half the learning rate; twice the batch. Of losses 3 and 4 below half of the gradient: twice their weight, if the task is what competes most, else half of the weight that does; twice the batch, if the limit is within 2 noise floors; the block before; half the learning rate |
 * | below-noise-floor | threshold of loss 3 or 4 below what independent channels show, and the loss not below 0.9 of that | its batch, to the least one that does; else the threshold, to the floor |
 * | overfitting | validation loss and its distance to the training loss rise by more than 5 standard errors of their slopes, and the last 3 lie more than 2 % above the least 3 in a row | twice labelFraction, or another fraction of labelled examples; else twice the weight decay, from 10⁻⁴ (AdamW: 0.01), and more data |
 * | few-labels | labelFraction below 1, and the gap large | twice labelFraction |
 * | no-effect | loss 3 or 4 makes up less than 1 % of the gradient, and lies neither below its first 3 points nor at the floor | its weight, to a share of 10 %, at most times 10 |
 * | at-noise-floor | loss 3 or 4 within 1.25 noise floors, and within 2 deviations of its points above it; its threshold not reached | twice its batch; else half its weight |
 *
 * Shares are of the norms of the weighted gradients, as they are now. The gap is the difference of the accuracies on training and validation examples:
 * large from 0.05 on, and from two standard errors. Reaching or not is from the source, and so is that more data or other parameters are recommended; the
 * bound is exact, and the floor for independent channels. All other numbers are ours. Two recommendations never set one path: the more important one does,
 * and one without anything left to say is not made.
 *
 * @see Source, claim 9 and l. 280–286.
 */
export function recommendChanges(facts: ConditionFacts, completion: readonly CompletionReading[]): Recommendation[] {
  if (windowOf(facts, ({ step }) => step).length < LEAST_POINTS) return []
  const taken = new Set<string>()
  return rules
    .flatMap((rule) => rule(facts, completion))
    .flatMap((recommended): readonly Recommendation[] => {
      const changes = recommended.changes.filter(({ path }) => !taken.has(path))
      for (const { path } of changes) taken.add(path)
      return changes.length === 0 && !recommended.wantsData ? [] : [{ ...recommended, changes }]
    })
}
