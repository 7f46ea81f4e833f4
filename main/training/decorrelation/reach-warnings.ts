import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { EventKind } from '../../contract/event-kinds.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import { judgeThreshold } from '../../contract/reference-lines.ts'
import type { FurtherStream } from './streams.ts'
import { channelsUnder, samplesUnder } from './tap-samples.ts'
import { tapName } from './tapped-model.ts'
import type { Tap, TappedModel } from './tapped-model.ts'

export interface ReachWarning {
  readonly code: EventKind
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * What is to be known before the first step of a run that decorrelates: thresholds that its batches cannot or hardly reach, and poolings that do
 * nothing.
 */
export function reachWarnings({ config, tapped, streams }: { readonly config: Pick<RunConfig, 'batchSize'> & { readonly decorrelation: DecorrelationConfig }; readonly tapped: TappedModel; readonly streams: readonly FurtherStream[] }): ReachWarning[] {
  const { decorrelation, batchSize } = config
  const batchesOf = (kind: FurtherStream['kind']) => streams.filter((stream) => stream.kind === kind).map((stream) => stream.batchSize)
  return [
    ...belowReach({ term: 'unlabelled', threshold: decorrelation.unlabelledThreshold, taps: tapped.unlabelledTaps, batches: batchesOf('unlabelled'), config: decorrelation }),
    ...belowReach({ term: 'labelled', threshold: decorrelation.labelledThreshold, taps: tapped.labelledTaps, batches: [batchSize, ...batchesOf('labelled')], config: decorrelation }),
    ...tapped.taps.flatMap((tap) => withoutPositions(tap, decorrelation)),
  ]
}

interface ReachQuestion {
  readonly term: 'unlabelled' | 'labelled'
  readonly threshold: number | null
  readonly taps: readonly Tap[]
  readonly batches: readonly number[]
  readonly config: DecorrelationConfig
}

/** Of means over pairs of correlations: what other reductions reach depends on how many channels live. */
function belowReach({ term, threshold, taps, batches, config }: ReachQuestion): ReachWarning[] {
  const [tap, ...others] = taps
  if (threshold === null || tap === undefined || others.length > 0 || batches.length === 0) return []
  if (config.measure !== 'correlation' || config.reduction !== 'mean' || tap.weight === 0) return []
  const penalty = config.penalty === 'squared' ? 'squared' : 'absolute'
  // Each stream that keeps its own mean takes one from what a correlation is free in.
  const means = config.centring === 'stream' ? batches.length : 1
  const samples = batches.reduce((sum, size) => sum + samplesUnder(config, tap.shape, size), 0) - means + 1
  const judged = judgeThreshold({ penalty, threshold: threshold / tap.weight, channels: channelsUnder(config, tap.shape), samples })
  if (judged.kind === 'reachable') return []
  const [what, value] = judged.kind === 'unreachable' ? ['cannot come below', judged.least] : ['is hardly below', judged.floor]
  const needed = Number.isFinite(judged.samples) ? ` ${judged.samples} samples would do.` : ''
  return [
    {
      code: 'threshold.below-reach',
      message: `The ${term} loss ${what} ${value.toPrecision(3)} with ${samples} samples a step, and its threshold is ${threshold}.${needed} Raise the batch size, or the threshold.`,
      facts: { term, threshold, kind: judged.kind, value, samples, neededSamples: Number.isFinite(judged.samples) ? judged.samples : null },
    },
  ]
}

function withoutPositions(tap: Tap, { pooling }: DecorrelationConfig): ReachWarning[] {
  if (tap.shape.length > 1 || pooling === 'average') return []
  return [{ code: 'pooling.without-positions', message: `The feature of ${tapName(tap)} has no positions, so the pooling "${pooling}" changes nothing there.`, facts: { tap: tap.block, pooling } }]
}
