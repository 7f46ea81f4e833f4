import type { DecorrelationConfig } from '../contract/decorrelation-config.ts'
import type { DistillationConfig } from '../contract/distillation-config.ts'
import { LoupeError } from '../contract/errors.ts'
import type { ModelConfig } from '../contract/model-config.ts'
import type { OptimizerConfig } from '../contract/optimizer-config.ts'
import type { NoiseScaleConfig, RunConfig } from '../contract/run-config.ts'
import type { HostArrays, Session } from '../tensorflow/runtime.ts'
import { compileArmijoStep, initArmijoSlots } from './armijo-step.ts'
import { restoreGroups } from './checkpoint-variables.ts'
import type { SavedVariables } from './checkpoint-variables.ts'
import type { Dataset } from './datasets/dataset.ts'
import { compileFullGradient, compileSplitEvaluator, initGradientSum } from './evaluation.ts'
import type { FullGradient, SplitEvaluator } from './evaluation.ts'
import type { ChannelProbe } from './decorrelation/channel-probe.ts'
import { DecorrelationTraces, isPlain, tracedDecorrelation } from './decorrelation/decorrelation-traces.ts'
import type { DecorrelatedModel } from './decorrelation/decorrelation-traces.ts'
import { labelledCount } from './decorrelation/streams.ts'
import { createTappedModel, isAuxiliary } from './decorrelation/tapped-model.ts'
import type { TappedModel } from './decorrelation/tapped-model.ts'
import { createChain, wholeOf } from './distillation/chain.ts'
import type { Chain } from './distillation/chain.ts'
import type { Phase } from './distillation/course.ts'
import { compilePhase, distillationCall } from './distillation/distillation-step.ts'
import type { PhaseTrace } from './distillation/distillation-step.ts'
import { loadWeights } from './distillation/initial-weights.ts'
import type { LoadedWeights, ReadWeights } from './distillation/initial-weights.ts'
import { compileProbe } from './distillation/probe.ts'
import type { ChainProbe } from './distillation/probe.ts'
import { createModel, createStack } from './models/index.ts'
import type { Model } from './models/model.ts'
import { compileNoiseProbe } from './noise-probe.ts'
import type { NoiseProbe } from './noise-probe.ts'
import { createOptimizer } from './optimizers/index.ts'
import { compilePredictor } from './predictions.ts'
import type { Predictor, PredictorOptions } from './predictions.ts'
import { Random } from './random.ts'
import { courseLength } from './run-plan.ts'
import { placeDataset } from './resident-data.ts'
import type { Split } from './resident-data.ts'
import { compileSmoothnessProbe } from './smoothness.ts'
import type { SmoothnessProbe } from './smoothness.ts'
import { compileTrainingStep } from './training-step.ts'
import type { TrainingCall } from './training-step.ts'
import { writeGroup } from './variables.ts'
import type { VariableGroup } from './variables.ts'

/** A run's model, its variables in the session, and the initial values they were given. */
export interface RunVariables extends SavedVariables {
  readonly model: Model
  /** Of a run that distils; null for another. */
  readonly distilled: DistilledModel | null
  /** Of a run that decorrelates channels; null for another. */
  readonly decorrelated: DecorrelatedModel | null
  readonly gradientSum: VariableGroup
}

/** A chain in a session, and what belongs to it. */
export interface DistilledModel {
  readonly chain: Chain
  /** The running mean of the whole model's parameters; null where the teacher is another. */
  readonly mean: VariableGroup | null
  /** Who is told the variance of the features at each step; the run that trains sets it. */
  readonly variances: { listener: ((variances: ArrayLike<number>) => void) | null }
  /** What was loaded of other runs. */
  readonly loaded: readonly LoadedWeights[]
}

/** What decides a training call besides the model and its variables. */
export interface CallKey {
  readonly steps: number
  readonly jit: boolean
  /** Also tell the norm of each step's gradient; no where left out. */
  readonly gradientNorms?: boolean
}

/** Where the running mean stands in a checkpoint. */
const MEAN = 'mean/'
/** Features of fewer examples are not compared. */
const MIN_PROBE = 8

type TraceConfig = Pick<RunConfig, 'model' | 'optimizer' | 'batchSize' | 'labelSmoothing' | 'noiseScale' | 'evaluation' | 'distillation' | 'decorrelation' | 'maxExamples'>

interface ModelEntry {
  readonly model: Model
  readonly chain: Chain | null
  readonly tapped: TappedModel | null
  readonly prefix: string
  readonly variances: DistilledModel['variances']
  readonly results: DecorrelatedModel['results']
}

/**
 * Everything compiled on one session, by what it was compiled for.
 *
 * The data set is resident once. A model's variables are made once: another run of the same model writes them anew and
 * finds its traces ready, whatever its seed, learning rate or target.
 */
export class Traces {
  readonly session: Session
  readonly #dataset: Dataset
  readonly #models = new Map<string, ModelEntry>()
  readonly #calls = new Map<string, TrainingCall>()
  readonly #phases = new Map<string, PhaseTrace>()
  readonly #chainProbes = new Map<string, ChainProbe>()
  readonly #decorrelation: DecorrelationTraces
  readonly #predictors = new Map<string, Predictor>()
  readonly #evaluators = new Map<string, SplitEvaluator>()
  readonly #gradients = new Map<string, FullGradient>()
  readonly #probes = new Map<string, NoiseProbe>()
  readonly #smoothness = new Map<string, SmoothnessProbe>()

  private constructor(session: Session, dataset: Dataset) {
    this.session = session
    this.#dataset = dataset
    this.#decorrelation = new DecorrelationTraces(session, dataset)
  }

  /** Puts the data set on the session's device. */
  static async open(session: Session, dataset: Dataset): Promise<Traces> {
    await placeDataset(session, dataset)
    return new Traces(session, dataset)
  }

  /**
   * Gives the run's variables their initial values: by the seed, or those of a checkpoint.
   *
   * @param readWeights  Of the runs that a chain's extractors start from; what they start with is random where it is left out, as for a trial.
   */
  async initialize(config: Pick<RunConfig, 'model' | 'optimizer' | 'seed'> & Partial<Pick<RunConfig, 'distillation' | 'decorrelation' | 'dataset'>>, saved?: HostArrays, readWeights: ReadWeights | null = null): Promise<RunVariables> {
    const { distillation = null, decorrelation = null } = config
    const entry = this.#model({ model: config.model, distillation, decorrelation })
    const { model, prefix, chain } = entry
    entry.variances.listener = null // the run before is over
    entry.results.listener = null
    const drawn = model.init(Random.seeded(config.seed, 'init'))
    const { parameters: initial, loaded } = chain !== null && distillation !== null && saved === undefined ? await loadWeights(chain, distillation, drawn, readWeights) : { parameters: drawn, loaded: [] }
    const groups = { parameters: initial, statistics: model.initStatistics(), slots: initSlots(config.optimizer, initial) }
    const values = saved ? restoreGroups(groups, saved, (name) => decorrelation !== null && isAuxiliary(name)) : groups
    const mean = chain !== null && distillation?.teacher === 'ema' ? await writeGroup(this.session, `${prefix}/mean/`, savedMean(wholeOf(chain), values.parameters, saved)) : null
    return {
      model,
      distilled: chain === null ? null : { chain, mean, variances: entry.variances, loaded },
      decorrelated: entry.tapped !== null && decorrelation !== null ? { tapped: entry.tapped, results: entry.results, ...(await this.#decorrelation.place(decorrelation, config.dataset)) } : null,
      parameters: await writeGroup(this.session, `${prefix}/parameters/`, values.parameters),
      statistics: await writeGroup(this.session, `${prefix}/statistics/`, values.statistics),
      slots: await writeGroup(this.session, `${prefix}/${config.optimizer.kind}/`, values.slots),
      gradientSum: await writeGroup(this.session, `${prefix}/gradient-sum/`, initGradientSum(initial)),
      ...(mean === null ? {} : { beside: [{ place: MEAN, group: mean }] }),
    }
  }

  trainingCall(config: TraceConfig, variables: RunVariables, { steps, jit, gradientNorms = false }: CallKey): TrainingCall {
    const key = JSON.stringify([config.model, config.distillation, config.distillation && config.maxExamples, config.decorrelation && tracedDecorrelation(config.decorrelation), tracedOptimizer(config.optimizer), config.batchSize, config.labelSmoothing, steps, jit, gradientNorms])
    const { distillation } = config
    const { distilled } = variables
    if (distillation !== null && distilled !== null) return cached(this.#calls, key, () => this.#distillationCall(config, { variables, distillation, distilled, steps, jit }))
    const { decorrelation } = config
    const { decorrelated } = variables
    if (decorrelation !== null && decorrelated !== null && !isPlain(decorrelation)) return cached(this.#calls, key, () => this.#decorrelation.call({ config, decorrelation, decorrelated, objective: this.#objective(config, variables), variables, steps, jit }))
    return cached(this.#calls, key, () => {
      const options = { session: this.session, objective: this.#objective(config, variables), variables, batchSize: config.batchSize, steps, jit, gradientNorms }
      const call = config.optimizer.kind === 'armijo' ? compileArmijoStep(options, config.optimizer) : compileTrainingStep(options, createOptimizer(config.optimizer))
      return decorrelated === null ? call : this.#decorrelation.plainCall(call, decorrelated)
    })
  }

  #distillationCall(config: TraceConfig, { variables, distillation, distilled, steps, jit }: { readonly variables: RunVariables; readonly distillation: DistillationConfig; readonly distilled: DistilledModel; readonly steps: number; readonly jit: boolean }): TrainingCall {
    const { batchSize, optimizer } = config
    if (optimizer.kind === 'armijo') throw new LoupeError('internal', 'A chain was to be trained by a line search.')
    const options = { session: this.session, chain: distilled.chain, config: distillation, objective: this.#objective(config, variables), variables, mean: distilled.mean, optimizer: createOptimizer(optimizer), batchSize, steps, jit }
    const key = JSON.stringify([config.model, tracedDistillation(distillation), tracedOptimizer(optimizer), batchSize, config.labelSmoothing, steps, jit])
    const trace = (phase: Phase) => cached(this.#phases, `${phase} ${key}`, () => compilePhase(options, phase))
    const trainExamples = this.#dataset.train.count
    return distillationCall({ config: distillation, course: { trainExamples, maxExamples: courseLength(config, trainExamples) }, batchSize, steps, trace, onVariances: (variances) => distilled.variances.listener?.(variances) })
  }

  /** What is looked at in the channels of a run that decorrelates. */
  channelProbe(config: TraceConfig, variables: RunVariables): ChannelProbe {
    return this.#decorrelation.probe(config, this.#evaluation(config, variables), variables.decorrelated)
  }

  /** What is looked at in a chain, on validation examples where there are some. */
  chainProbe(config: TraceConfig, variables: RunVariables): ChainProbe {
    const { distillation } = config
    if (distillation === null || variables.distilled === null) throw new LoupeError('internal', 'A run that does not distil has no chain to look at.')
    const { chain, mean } = variables.distilled
    const split = this.#dataset.validation.count >= MIN_PROBE ? 'validation' : 'train'
    const examples = Math.min(distillation.probeExamples, this.#dataset[split].count)
    return cached(this.#chainProbes, JSON.stringify([config.model, tracedDistillation(distillation), config.labelSmoothing]), () => compileProbe({ ...this.#evaluation(config, variables), chain, config: distillation, mean, split, examples }))
  }

  /** What all exits of a run predict: the students and the whole of a chain, or a model's one end. */
  predictor(config: TraceConfig, variables: RunVariables, split: Split): Predictor {
    const { model, distilled } = variables
    return cached(this.#predictors, JSON.stringify([modelKey(config), config.labelSmoothing, split]), () => {
      if (distilled === null) {
        const logits: PredictorOptions['logits'] = (parameters, statistics, x, seed) => [model.forward(parameters, statistics, x, { training: false, seed }).logits]
        return compilePredictor({ ...this.#evaluation(config, variables), split, exits: [{ depth: createStack(config.model, model.inputShape, model.classes).blocks.length, isWhole: true }], logits })
      }
      const { chain } = distilled
      return compilePredictor({
        ...this.#evaluation(config, variables),
        split,
        exits: [...chain.students.map((depth) => ({ depth, isWhole: false })), { depth: chain.depth, isWhole: true }],
        logits: (parameters, statistics, x, seed) => {
          const mode = { training: false, seed }
          const { students, whole } = chain.forward(parameters, statistics, x, { front: mode, rear: mode, isCut: false })
          return [...students, whole]
        },
      })
    })
  }

  evaluator(config: TraceConfig, variables: RunVariables, split: Split): SplitEvaluator {
    const examples = split === 'train' ? this.#evaluatedTraining(config) : null
    return cached(this.#evaluators, JSON.stringify([modelKey(config), config.labelSmoothing, split, examples]), () =>
      compileSplitEvaluator({ ...this.#evaluation(config, variables), split, examples }),
    )
  }

  fullGradient(config: TraceConfig, variables: RunVariables): FullGradient {
    const examples = this.#evaluatedTraining(config)
    return cached(this.#gradients, JSON.stringify([modelKey(config), config.labelSmoothing, examples]), () =>
      compileFullGradient({ ...this.#evaluation(config, variables), sum: variables.gradientSum, examples }),
    )
  }

  noiseProbe(config: TraceConfig, variables: RunVariables): NoiseProbe {
    const { smallBatch, shards }: NoiseScaleConfig = config.noiseScale
    return cached(this.#probes, JSON.stringify([modelKey(config), config.labelSmoothing, smallBatch, shards]), () =>
      compileNoiseProbe({ ...this.#evaluation(config, variables), sum: variables.gradientSum }, config.noiseScale),
    )
  }

  /** The direction's variables are made by the first run that asks for them: they take as much room as the parameters. */
  async smoothnessProbe(config: TraceConfig, variables: RunVariables): Promise<SmoothnessProbe> {
    const { smoothnessIterations: iterations } = config.noiseScale
    const key = JSON.stringify([modelKey(config), config.labelSmoothing, iterations])
    const known = this.#smoothness.get(key)
    if (known) return known
    const direction = await writeGroup(this.session, `${this.#model(config).prefix}/direction/`, initGradientSum(variables.model.init(Random.seeded(0))))
    return cached(this.#smoothness, key, () => compileSmoothnessProbe({ ...this.#evaluation(config, variables), sum: variables.gradientSum, direction, iterations }))
  }

  #model(config: ModelChoice): ModelEntry {
    return cached(this.#models, modelKey(config), () => {
      const { shape, classes } = this.#dataset
      const { model, distillation, decorrelation } = config
      const chain = distillation === null ? null : createChain(createStack(model, shape, classes), distillation)
      const tapped = decorrelation === null ? null : createTappedModel(createStack(model, shape, classes), decorrelation)
      return { model: chain?.model ?? tapped?.model ?? createModel(model, shape, classes), chain, tapped, prefix: `model-${this.#models.size}`, variances: { listener: null }, results: { listener: null } }
    })
  }

  /** Training examples that are evaluated: those with labels in use, or the first ones of them; null for all. */
  #evaluatedTraining(config: TraceConfig): number | null {
    const { trainExamples } = config.evaluation
    if (config.decorrelation === null) return trainExamples
    const labelled = labelledCount(config, this.#dataset.train.count)
    return Math.min(labelled, trainExamples ?? labelled)
  }

  #objective({ labelSmoothing }: TraceConfig, { model }: RunVariables) {
    return { model, dataset: this.#dataset, labelSmoothing }
  }

  #evaluation(config: TraceConfig, variables: RunVariables) {
    return { session: this.session, objective: this.#objective(config, variables), variables }
  }
}

function initSlots(config: OptimizerConfig, parameters: HostArrays): HostArrays {
  return config.kind === 'armijo' ? initArmijoSlots() : createOptimizer(config).initSlots(parameters)
}

/** The learning rate is fed, so it makes no other trace. */
function tracedOptimizer(config: OptimizerConfig): OptimizerConfig {
  return config.kind === 'armijo' ? config : { ...config, learningRate: 1 }
}

/** What decides a run's parameters. */
type ModelChoice = { readonly model: ModelConfig; readonly distillation: DistillationConfig | null; readonly decorrelation: DecorrelationConfig | null }

function modelKey({ model, distillation, decorrelation }: ModelChoice): string {
  return JSON.stringify([model, distillation && chainParts(distillation), decorrelation && tappedParts(decorrelation)])
}

/** What decides a tapped model's parameters, and what may be looked at in it. */
function tappedParts({ labelledTaps, unlabelledTaps, auxiliary }: DecorrelationConfig): Pick<DecorrelationConfig, 'labelledTaps' | 'unlabelledTaps' | 'auxiliary'> {
  return { labelledTaps, unlabelledTaps, auxiliary }
}

/** What decides a chain's parameters. */
function chainParts({ students, taps, adaptor }: DistillationConfig): Pick<DistillationConfig, 'students' | 'taps' | 'adaptor'> {
  return { students, taps, adaptor }
}

/** What a run starts from, and how its weights rise, makes no other trace. */
function tracedDistillation(config: DistillationConfig): Partial<DistillationConfig> {
  return { ...config, frontInit: { kind: 'random' }, rearInit: { kind: 'random' }, warmupEpochs: 0, finalFactor: 1, alternateSteps: 1, rearEpochs: 0, stopOnCollapse: false }
}

/** The running mean as a checkpoint holds it; at first it is the parameters themselves. */
function savedMean(whole: Model, parameters: HostArrays, saved: HostArrays | undefined): HostArrays {
  return Object.fromEntries(Object.keys(whole.init(Random.seeded(0))).map((name) => [name, saved?.[`${MEAN}${name}`] ?? parameters[name]!])) // a chain has its whole model's names
}

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  cache.set(key, made)
  return made
}
