import type * as TensorFlow from '@tensorflow/tfjs'
import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import type { ChannelStream, LossTerm, TapReading } from '../../contract/decorrelation-records.ts'
import { reachedGradients, squaredNorm } from '../../tensorflow/ops.ts'
import type { Session } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { readRange } from '../objective.ts'
import type { Objective } from '../objective.ts'
import type { Split } from '../resident-data.ts'
import type { TrainedVariables } from '../training-step.ts'
import { readTensors } from '../variables.ts'
import { encodeMatrix } from './channel-matrix.ts'
import { channelReadings } from './channel-readings.ts'
import type { ChannelReadings } from './channel-readings.ts'
import { lossTerms, weightOf } from './loss-terms.ts'
import type { TermInputs } from './loss-terms.ts'
import type { FurtherStream } from './streams.ts'
import { channelMoments } from './channel-moments.ts'
import { samplesUnder, tapSamples } from './tap-samples.ts'
import { isAuxiliary } from './tapped-model.ts'
import type { Tap, TappedModel } from './tapped-model.ts'

export interface ChannelProbeOptions {
  readonly session: Session
  readonly tapped: TappedModel
  readonly config: DecorrelationConfig
  readonly objective: Objective
  readonly variables: Pick<TrainedVariables, 'parameters' | 'statistics'>
  readonly streams: readonly FurtherStream[]
  /** Training examples whose labels are in use. */
  readonly labelled: number
}

export interface ProbeReadings {
  readonly streams: readonly ChannelStream[]
  readonly taps: readonly TapReading[]
  /** Norm of each term's gradient with respect to the model's parameters, before its weight. */
  readonly gradientNorms: Readonly<Partial<Record<LossTerm, number>>>
}

export type ChannelProbe = () => Promise<ProbeReadings>

/** A stream that is looked at, and where its examples lie. */
interface ProbedStream extends ChannelStream {
  readonly split: Split
  readonly objective: Objective
  readonly taps: readonly Tap[]
}

/** Features of fewer examples are not looked at. */
const LEAST_EXAMPLES = 8

/**
 * Compiles what is looked at in the channels at each evaluation, in evaluation mode on the first examples of each stream: their correlations on
 * validation and training examples and on each further set, and how long the gradients of the terms are on training examples.
 *
 * The streams that the loss is made of are looked at as wholes of `probeExamples`, not of a step's batch, so there is less noise in what is shown
 * than in what is lowered.
 */
export function compileChannelProbe(options: ChannelProbeOptions): ChannelProbe {
  const { session, variables } = options
  const streams = probedStreams(options)
  const looked = streams.flatMap((stream, index) => stream.taps.map((tap) => ({ stream: index, tap })))
  const compiled = session.compile({
    name: 'probe-channels',
    inputs: {},
    trace(context) {
      const state = { parameters: readTensors(context, variables.parameters), statistics: readTensors(context, variables.statistics) }
      const seed = tf.tensor1d([0, 0], 'int32')
      const batches = streams.map(({ objective, split, examples }) => readRange(context, objective, split, { start: tf.scalar(0, 'int32'), count: examples }))
      const passes = batches.map(({ x }) => options.tapped.forward(state.parameters, state.statistics, x, { training: false, seed }))
      const readings = looked.map(({ stream, tap }) => channelReadings(channelMoments(tapSamples(passes[stream]!.feature(tap.block), options.config, seed)), options.config.deadLimit)) // a pass for each stream
      const ofKind = (kind: FurtherStream['kind']) => batches.filter((_, i) => streams[i]!.kind === kind)
      const training = batches.filter((_, i) => streams[i]!.kind === 'training')
      const unlabelled = ofKind('unlabelled')
      return { ...named(readings), ...norms({ ...options, ...state, seed, labelled: [...training, ...ofKind('labelled')], unlabelled }) }
    },
  })
  return async () => {
    const outputs: Readonly<Record<string, ArrayLike<number>>> = await compiled.run({})
    return {
      streams: streams.map(({ kind, index, title, examples }) => ({ kind, index, title, examples })),
      taps: looked.map(({ stream, tap }, i) => readingOf({ outputs, i, tap, stream, samples: samplesUnder(options.config, tap.shape, streams[stream]!.examples) })), // a stream of the list
      gradientNorms: Object.fromEntries(Object.entries(outputs).flatMap(([name, values]) => (name.startsWith('norm/') ? [[name.slice(5), values[0] ?? Number.NaN]] : []))),
    }
  }
}

function probedStreams({ objective, config, tapped, streams, labelled }: ChannelProbeOptions): ProbedStream[] {
  const { train, validation, title } = objective.dataset
  const atMost = (available: number) => Math.min(config.probeExamples, available)
  const own: readonly ProbedStream[] = [
    { kind: 'validation', index: 0, title, examples: atMost(validation.count), split: 'validation', objective, taps: tapped.labelledTaps },
    { kind: 'training', index: 0, title, examples: atMost(Math.min(labelled, train.count)), split: 'train', objective, taps: tapped.labelledTaps },
  ]
  const further = streams.map(
    ({ kind, index, title: name, examples, dataset, residents }): ProbedStream => ({ kind, index, title: name, examples: atMost(examples), split: 'train', objective: { ...objective, dataset, residents }, taps: kind === 'unlabelled' ? tapped.unlabelledTaps : tapped.labelledTaps }),
  )
  return [...own, ...further].filter(({ examples }) => examples >= LEAST_EXAMPLES)
}

/** Fields that are told as they are. */
const FIELDS = ['meanAbsolute', 'meanSquared', 'deadChannels', 'effectiveRank', 'deviations', 'spectrum', 'correlations'] as const satisfies readonly (keyof ChannelReadings)[]

function named(readings: readonly ChannelReadings[]): Record<string, TensorFlow.Tensor> {
  return Object.fromEntries(readings.flatMap((reading, i) => FIELDS.map((field) => [`${i}/${field}`, reading[field]] as const)))
}

function readingOf({ outputs, i, tap, stream, samples }: { readonly outputs: Readonly<Record<string, ArrayLike<number>>>; readonly i: number; readonly tap: Tap; readonly stream: number; readonly samples: number }): TapReading {
  const values = (field: (typeof FIELDS)[number]): number[] => Array.from(outputs[`${i}/${field}`] ?? [])
  const value = (field: (typeof FIELDS)[number]): number => values(field)[0] ?? Number.NaN
  const deviations = values('deviations')
  return {
    block: tap.block,
    stream,
    channels: deviations.length,
    samples,
    dead: value('deadChannels'),
    meanAbsolute: value('meanAbsolute'),
    meanSquared: value('meanSquared'),
    effectiveRank: value('effectiveRank'),
    deviations: deviations.map(rounded),
    spectrum: values('spectrum').map(rounded),
    matrix: encodeMatrix(outputs[`${i}/correlations`] ?? [], deviations.length),
  }
}

/** To five digits: what is drawn, at half the length. */
function rounded(value: number): number {
  return Number(value.toPrecision(5))
}

function norms(inputs: Omit<TermInputs, 'labelSmoothing' | 'training'> & Pick<ChannelProbeOptions, 'objective'>): Record<string, TensorFlow.Tensor> {
  const { parameters, config, objective } = inputs
  if (inputs.labelled.length === 0) return {}
  const names = Object.keys(parameters)
  const termsAt = (values: readonly TensorFlow.Tensor[]) =>
    lossTerms({ ...inputs, labelSmoothing: objective.labelSmoothing, training: false, parameters: Object.fromEntries(names.map((name, i) => [name, values[i]!])) }).values // one a name
  const at = names.map((name) => parameters[name]!) // its own names
  const present = (Object.keys(tf.tidy(() => termsAt(at))) as LossTerm[]).filter((term) => weightOf(term, config, 1) > 0) // its keys are terms
  return Object.fromEntries(
    present.map((term) => {
      const { gradients } = reachedGradients((...values) => termsAt(values)[term]!, at) // the same terms each time
      const reached = gradients.filter((gradient, i) => gradient !== null && !isAuxiliary(names[i]!)) // one a name
      return [`norm/${term}`, reached.length === 0 ? tf.scalar(0) : tf.sqrt(squaredNorm(reached as TensorFlow.Tensor[]))] // none is null
    }),
  )
}
