import { usesUnlabelled } from '../../contract/decorrelation-config.ts'
import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Session } from '../../tensorflow/runtime.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { EvaluationOptions } from '../evaluation.ts'
import type { Objective } from '../objective.ts'
import { createOptimizer } from '../optimizers/index.ts'
import { placeSplit } from '../resident-data.ts'
import type { StepResults, TrainedVariables, TrainingCall } from '../training-step.ts'
import { compileChannelProbe } from './channel-probe.ts'
import type { ChannelProbe } from './channel-probe.ts'
import { compileDecorrelationStep } from './decorrelation-step.ts'
import { loadFurtherSets } from './further-sets.ts'
import { furtherStreams, labelledCount } from './streams.ts'
import type { FurtherStream, LoadedSets } from './streams.ts'
import type { TappedModel } from './tapped-model.ts'

/** A model whose channels are decorrelated, and what it draws from beside the run's own labelled examples. */
export interface DecorrelatedModel {
  readonly tapped: TappedModel
  readonly streams: readonly FurtherStream[]
  /** Of each further set, how many of its examples were left out, being validation or test examples as well. */
  readonly leftOut: readonly { readonly title: string; readonly examples: number }[]
  /** Who is told what each call gives; the run that trains sets it. */
  readonly results: { listener: ((results: StepResults) => void) | null }
}

export interface DecorrelationCallOptions {
  readonly config: Pick<RunConfig, 'batchSize' | 'optimizer'>
  readonly decorrelation: DecorrelationConfig
  readonly decorrelated: DecorrelatedModel
  readonly objective: Objective
  readonly variables: TrainedVariables
  readonly steps: number
  readonly jit: boolean
}

/** What is compiled on a session for runs that decorrelate, and the further sets that lie on its device, each once. */
export class DecorrelationTraces {
  readonly #session: Session
  readonly #dataset: Dataset
  readonly #sets = new Map<string, Promise<LoadedSets>>()
  readonly #placed = new Set<string>()
  readonly #probes = new Map<string, ChannelProbe>()

  constructor(session: Session, dataset: Dataset) {
    this.#session = session
    this.#dataset = dataset
  }

  /** Reads the sets that a run draws from beside its own examples and puts them on the device. @throws LoupeError where one does not fit the run's data. */
  async place(config: DecorrelationConfig, dataset: RunConfig['dataset'] | undefined): Promise<Pick<DecorrelatedModel, 'streams' | 'leftOut'>> {
    if (dataset === undefined) throw new LoupeError('internal', 'A run that decorrelates was prepared without its data set.')
    const read = { ...config, unlabelledSets: usesUnlabelled(config) ? config.unlabelledSets : [] }
    const sets = await this.#load(read, dataset)
    const streams = furtherStreams(read, this.#dataset, sets)
    for (const { residents, dataset: set } of streams) {
      if (residents === '' || this.#placed.has(residents)) continue
      await placeSplit(this.#session, set, { split: 'train', prefix: residents })
      this.#placed.add(residents)
    }
    const further = [...sets.labelled, ...sets.unlabelled].filter((set) => set !== null)
    return { streams, leftOut: further.flatMap(({ dataset: set, leftOut }) => (leftOut.examples === 0 ? [] : [{ title: set.title, examples: leftOut.examples }])) }
  }

  /** A call that also tells the run's listener what it gave. */
  call({ config, decorrelation, decorrelated, objective, variables, steps, jit }: DecorrelationCallOptions): TrainingCall {
    const { batchSize, optimizer } = config
    if (optimizer.kind === 'armijo') throw new LoupeError('internal', 'A run that decorrelates was to be trained by a line search.')
    const { tapped, streams, results } = decorrelated
    const call = compileDecorrelationStep({ session: this.#session, tapped, config: decorrelation, objective, variables, streams, optimizer: createOptimizer(optimizer), batchSize, steps, jit })
    return telling(call, results)
  }

  /** The call of a run that decorrelates nothing: the very steps of a run without, whose loss is the task's. */
  plainCall(call: TrainingCall, { results }: DecorrelatedModel): TrainingCall {
    return telling(call, results, (told) => ({ ...told, metrics: { ...told.metrics, 'decorrelation/task-loss': told.losses } }))
  }

  probe(config: Pick<RunConfig, 'decorrelation' | 'model' | 'labelSmoothing'>, evaluation: EvaluationOptions, decorrelated: DecorrelatedModel | null): ChannelProbe {
    const { decorrelation, model, labelSmoothing } = config
    if (decorrelation === null || decorrelated === null) throw new LoupeError('internal', 'A run that does not decorrelate has no channels to look at.')
    const { tapped, streams } = decorrelated
    const labelled = labelledCount(config, this.#dataset.train.count)
    const key = JSON.stringify([model, { ...tracedDecorrelation(decorrelation), warmupSteps: 0 }, decorrelation.probeExamples, labelled, labelSmoothing])
    const known = this.#probes.get(key) ?? compileChannelProbe({ ...evaluation, tapped, config: decorrelation, streams, labelled })
    this.#probes.set(key, known)
    return known
  }

  /** What could not be read is tried anew the next time. */
  #load(config: DecorrelationConfig, dataset: RunConfig['dataset']): Promise<LoadedSets> {
    const key = JSON.stringify([config.labelledSets, config.unlabelledSets, dataset])
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    const read = loadFurtherSets({ config, run: { dataset }, dataset: this.#dataset })
    this.#sets.set(key, read)
    read.catch(() => this.#sets.delete(key))
    return read
  }
}

/** Tells a run's listener what each call gives. */
function telling(call: TrainingCall, results: DecorrelatedModel['results'], asTold = (told: StepResults): StepResults => told): TrainingCall {
  return {
    ...call,
    async run(feed) {
      const told = asTold(await call.run(feed))
      results.listener?.(told)
      return told
    },
  }
}

/** When a run may end and what is looked at makes no other trace. */
export function tracedDecorrelation(config: DecorrelationConfig): DecorrelationConfig {
  return { ...config, labelFraction: 1, taskThreshold: null, unlabelledThreshold: null, labelledThreshold: null, probeExamples: 512 }
}

/** True for a run that lowers the task loss alone: it makes the very steps of a run without decorrelation. */
export function isPlain({ taskWeight, taskLoss, unlabelledWeight, labelledWeight, entropyWeight, consistencyWeight, auxiliary, labelledSets }: DecorrelationConfig): boolean {
  return taskWeight === 1 && taskLoss === 'cross-entropy' && unlabelledWeight === 0 && labelledWeight === 0 && entropyWeight === 0 && consistencyWeight === 0 && auxiliary.length === 0 && labelledSets.length === 0
}
