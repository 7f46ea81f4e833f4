import type { ModelConfig } from '../../contract/model-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { HostArrays, Runtime } from '../../tensorflow/runtime.ts'
import type { tf } from '../../tensorflow/tf.ts'
import { chooseThreads } from '../choose-threads.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { createStack } from '../models/index.ts'
import { cutModel, wholeModel } from '../models/stack.ts'
import type { Stack } from '../models/stack.ts'
import type { Model } from '../models/model.ts'
import { Random } from '../random.ts'

/** What one call of a model takes, at one batch size. */
export interface Latency {
  readonly batchSize: number
  /** Of all calls; half of them took less. */
  readonly medianMs: number
  /** 95 in 100 calls took no more. */
  readonly p95Ms: number
  /** Most that a call took at one time beside the parameters; null where it is not told. */
  readonly peakBytes: number | null
  /** That an operation might use, and operations that might run at once: part of what the times hold for. */
  readonly threads: number
  readonly parallelOps: number
}

/** What a model that ends after so many blocks costs, counted, and what its inference takes, measured. */
export interface DepthCost {
  readonly depth: number
  readonly isWhole: boolean
  readonly title: string
  /** Trained numbers, running statistics not counted. */
  readonly parameters: number
  /** Of the model at rest: parameters and running statistics, float32. */
  readonly bytes: number
  readonly macsPerExample: number
  /** Kept for the backward pass of one example, an estimate; what inference takes is measured as `peakBytes`. */
  readonly activationBytes: number
  readonly latency: readonly Latency[]
}

export interface LatencyOptions {
  readonly runtime: Runtime
  readonly model: ModelConfig
  readonly dataset: Pick<Dataset, 'shape' | 'classes'>
  /** Blocks; null for every depth from 1 to the whole. */
  readonly depths: readonly number[] | null
  readonly batchSizes: readonly number[]
  /** TensorFlow's name of it; the first CPU when left out. */
  readonly device?: string
  /** Calls that are timed; 100 when left out. */
  readonly calls?: number
  /** An aborted signal ends it between two calls, with its reason. */
  readonly signal?: AbortSignal
}

const CALLS = 100
/** TensorFlow optimises and places at the first call, and oneDNN lays weights out at the next ones. */
const WARM_UP = 10

/**
 * Measures what the inference of a model costs at each depth: the model as a user of it calls it, one batch in, logits out, on a session of
 * its own with as many threads as a run of this size would get.
 *
 * The weights are random, for times do not depend on them. Each depth and batch size has a session of its own, so that none finds the other's
 * memory warm. Nothing else may train on the machine meanwhile: the times are those of the clock.
 *
 * @returns By depth, in the order asked for.
 * @throws LoupeError `invalid-input` for a depth that the model does not have; `shape-mismatch` where it does not fit the data.
 */
export async function measureLatency({ runtime, model: config, dataset, depths, batchSizes, device, calls = CALLS, signal }: LatencyOptions): Promise<readonly DepthCost[]> {
  const stack = createStack(config, dataset.shape, dataset.classes)
  const blocks = stack.blocks.length
  const wanted = depths ?? (blocks === 0 ? [0] : Array.from({ length: blocks }, (_, index) => index + 1))
  const models = wanted.map((depth) => ({ depth, model: modelOf(stack, depth) }))
  const costs: DepthCost[] = []
  for (const { depth, model } of models) {
    const latency: Latency[] = []
    for (const batchSize of batchSizes) {
      const threads = chooseThreads({ kind: config.kind, cost: model.cost, batchSize })
      const measured = await timeInference({ runtime, model, batchSize, calls, signal, session: { ...threads, ...(device === undefined ? {} : { device }) } })
      latency.push({ batchSize, ...measured, ...threads })
    }
    const { parameters, macsPerExample, activationBytesPerExample } = model.cost
    costs.push({ depth, isWhole: depth === blocks, title: model.title, parameters, bytes: bytesOf(model), macsPerExample, activationBytes: activationBytesPerExample, latency })
  }
  return costs
}

function modelOf(stack: Stack, depth: number): Model {
  return depth === stack.blocks.length ? wholeModel(stack) : cutModel(stack, depth)
}

interface Timed {
  readonly runtime: Runtime
  readonly model: Model
  readonly batchSize: number
  readonly calls: number
  readonly signal: AbortSignal | undefined
  readonly session: { readonly device?: string; readonly threads: number; readonly parallelOps: number }
}

async function timeInference({ runtime, model, batchSize, calls, signal, session: options }: Timed): Promise<Pick<Latency, 'medianMs' | 'p95Ms' | 'peakBytes'>> {
  const session = await runtime.openSession(options)
  try {
    const constants = constantsOf(model)
    await session.createVariables(constants)
    const shape = [batchSize, ...model.inputShape]
    const step = session.compile({
      name: 'infer',
      inputs: { x: { shape, type: 'float32' }, seed: { shape: [2], type: 'int32' } },
      trace: ({ inputs, read }) => {
        const given = Object.fromEntries(Object.keys(constants).map((name) => [name, read(name)]))
        return { logits: model.forward(given, given, inputs.x, { training: false, seed: inputs.seed as tf.Tensor1D }).logits } // as declared
      },
    })
    const random = Random.seeded(1)
    const fed = { x: Float32Array.from({ length: shape.reduce((product, length) => product * length) }, () => random.normal()), seed: new Int32Array(2) }
    const times: number[] = []
    for (let call = 0; call < WARM_UP + calls; call++) {
      signal?.throwIfAborted()
      const started = performance.now()
      await step.run(fed)
      if (call >= WARM_UP) times.push(performance.now() - started)
    }
    const memory = await step.measureMemory(fed)
    return { medianMs: quantile(times, 0.5), p95Ms: quantile(times, 0.95), peakBytes: memory.length === 0 ? null : Math.max(...memory.map(({ peakBytes }) => peakBytes)) }
  } finally {
    await session.close()
  }
}

/**
 * The smallest of the values that so great a share of them does not exceed.
 *
 * @example quantile([4, 1, 3, 2], 0.5) is 2, and quantile of 1 to 100 at 0.95 is 95.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new LoupeError('internal', 'A quantile of no values was asked for.')
  return value
}

function constantsOf(model: Model): HostArrays {
  return { ...model.init(Random.seeded(1)), ...model.initStatistics() }
}

function bytesOf(model: Model): number {
  return Object.values(constantsOf(model)).reduce((sum, { values }) => sum + values.byteLength, 0)
}
