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
import { createModel } from './models/index.ts'
import type { Model } from './models/model.ts'
import { compileNoiseProbe } from './noise-probe.ts'
import type { NoiseProbe } from './noise-probe.ts'
import { createOptimizer } from './optimizers/index.ts'
import { Random } from './random.ts'
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
  readonly gradientSum: VariableGroup
}

/** What decides a training call besides the model and its variables. */
export interface CallKey {
  readonly steps: number
  readonly jit: boolean
  /** Also tell the norm of each step's gradient; no where left out. */
  readonly gradientNorms?: boolean
}

type TraceConfig = Pick<RunConfig, 'model' | 'optimizer' | 'batchSize' | 'labelSmoothing' | 'noiseScale' | 'evaluation'>

/**
 * Everything compiled on one session, by what it was compiled for.
 *
 * The data set is resident once. A model's variables are made once: another run of the same model writes them anew and
 * finds its traces ready, whatever its seed, learning rate or target.
 */
export class Traces {
  readonly session: Session
  readonly #dataset: Dataset
  readonly #models = new Map<string, { readonly model: Model; readonly prefix: string }>()
  readonly #calls = new Map<string, TrainingCall>()
  readonly #evaluators = new Map<string, SplitEvaluator>()
  readonly #gradients = new Map<string, FullGradient>()
  readonly #probes = new Map<string, NoiseProbe>()
  readonly #smoothness = new Map<string, SmoothnessProbe>()

  private constructor(session: Session, dataset: Dataset) {
    this.session = session
    this.#dataset = dataset
  }

  /** Puts the data set on the session's device. */
  static async open(session: Session, dataset: Dataset): Promise<Traces> {
    await placeDataset(session, dataset)
    return new Traces(session, dataset)
  }

  /** Gives the run's variables their initial values: by the seed, or those of a checkpoint. */
  async initialize(config: Pick<RunConfig, 'model' | 'optimizer' | 'seed'>, saved?: HostArrays): Promise<RunVariables> {
    const { model, prefix } = this.#model(config.model)
    const initial = model.init(Random.seeded(config.seed, 'init'))
    const groups = { parameters: initial, statistics: model.initStatistics(), slots: initSlots(config.optimizer, initial) }
    const values = saved ? restoreGroups(groups, saved) : groups
    return {
      model,
      parameters: await writeGroup(this.session, `${prefix}/parameters/`, values.parameters),
      statistics: await writeGroup(this.session, `${prefix}/statistics/`, values.statistics),
      slots: await writeGroup(this.session, `${prefix}/${config.optimizer.kind}/`, values.slots),
      gradientSum: await writeGroup(this.session, `${prefix}/gradient-sum/`, initGradientSum(initial)),
    }
  }

  trainingCall(config: TraceConfig, variables: RunVariables, { steps, jit, gradientNorms = false }: CallKey): TrainingCall {
    const key = JSON.stringify([config.model, tracedOptimizer(config.optimizer), config.batchSize, config.labelSmoothing, steps, jit, gradientNorms])
    return cached(this.#calls, key, () => {
      const options = { session: this.session, objective: this.#objective(config, variables), variables, batchSize: config.batchSize, steps, jit, gradientNorms }
      return config.optimizer.kind === 'armijo' ? compileArmijoStep(options, config.optimizer) : compileTrainingStep(options, createOptimizer(config.optimizer))
    })
  }

  evaluator(config: TraceConfig, variables: RunVariables, split: Split): SplitEvaluator {
    const examples = split === 'train' ? config.evaluation.trainExamples : null
    return cached(this.#evaluators, JSON.stringify([config.model, config.labelSmoothing, split, examples]), () =>
      compileSplitEvaluator({ ...this.#evaluation(config, variables), split, examples }),
    )
  }

  fullGradient(config: TraceConfig, variables: RunVariables): FullGradient {
    const examples = config.evaluation.trainExamples
    return cached(this.#gradients, JSON.stringify([config.model, config.labelSmoothing, examples]), () =>
      compileFullGradient({ ...this.#evaluation(config, variables), sum: variables.gradientSum, examples }),
    )
  }

  noiseProbe(config: TraceConfig, variables: RunVariables): NoiseProbe {
    const { smallBatch, shards }: NoiseScaleConfig = config.noiseScale
    return cached(this.#probes, JSON.stringify([config.model, config.labelSmoothing, smallBatch, shards]), () =>
      compileNoiseProbe({ ...this.#evaluation(config, variables), sum: variables.gradientSum }, config.noiseScale),
    )
  }

  /** The direction's variables are made by the first run that asks for them: they take as much room as the parameters. */
  async smoothnessProbe(config: TraceConfig, variables: RunVariables): Promise<SmoothnessProbe> {
    const { smoothnessIterations: iterations } = config.noiseScale
    const key = JSON.stringify([config.model, config.labelSmoothing, iterations])
    const known = this.#smoothness.get(key)
    if (known) return known
    const direction = await writeGroup(this.session, `${this.#model(config.model).prefix}/direction/`, initGradientSum(variables.model.init(Random.seeded(0))))
    return cached(this.#smoothness, key, () => compileSmoothnessProbe({ ...this.#evaluation(config, variables), sum: variables.gradientSum, direction, iterations }))
  }

  #model(config: ModelConfig): { readonly model: Model; readonly prefix: string } {
    return cached(this.#models, JSON.stringify(config), () => ({ model: createModel(config, this.#dataset.shape, this.#dataset.classes), prefix: `model-${this.#models.size}` }))
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

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  cache.set(key, made)
  return made
}
