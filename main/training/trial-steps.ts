import type { ArmijoConfig } from '../contract/optimizer-config.ts'
import type { RunConfig } from '../contract/run-config.ts'
import { emptyFeed } from './feeder.ts'
import type { FeederStream } from './feeder.ts'
import type { StepFeed, TrainingCall } from './training-step.ts'

const TRIAL_CALLS = 7
const TRIAL_STRIDE = 7919

/** Examples from all over the data, as in training; a learning rate of 0. */
export function trialFeed(call: Pick<TrainingCall, 'steps'>, config: RunConfig, examples: number, further: readonly FeederStream[] = []): StepFeed {
  const feed = emptyFeed({ steps: call.steps, batchSize: config.batchSize, searchBatch: searchBatchOf(config), further })
  for (let i = 0; i < feed.indices.length; i++) feed.indices[i] = (i * TRIAL_STRIDE) % examples
  for (const { key, examples: count } of further) for (const [i] of feed.further![key]!.entries()) feed.further![key]![i] = (i * TRIAL_STRIDE) % count // made with them
  return feed
}

/** Median over a few calls. The variables are left as they fall: a run writes its own before it starts. */
export async function medianStepMs(call: Pick<TrainingCall, 'steps' | 'run'>, feed: StepFeed): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < TRIAL_CALLS; i++) {
    const started = performance.now()
    await call.run(feed)
    times.push((performance.now() - started) / call.steps)
  }
  return times.sort((a, b) => a - b)[TRIAL_CALLS >> 1] ?? Number.NaN
}

/** On which examples a line search is judged; `same` for all that search for nothing. */
export function searchBatchOf({ optimizer }: RunConfig): ArmijoConfig['searchBatch'] {
  return optimizer.kind === 'armijo' ? optimizer.searchBatch : 'same'
}
