import { runConfig } from '../../contract/run-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import type { RealisationConfig } from '../../contract/batch-policy-config.ts'
import type { HostArrays, Runtime, Session } from '../../tensorflow/runtime.ts'
import type { Realised } from '../control/batch-unit.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { emptyFeed } from '../feeder.ts'
import { planRun } from '../run-plan.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { Traces } from '../traces.ts'
import type { StepFeed, StepResults } from '../training-step.ts'
import { readGroup } from '../variables.ts'
import { DevicePool } from './device-pool.ts'
import { createRealisingUnit } from './realising-unit.ts'
import type { RealisingUnit, RealisingUnitOptions } from './realising-unit.ts'
import type { UnitState } from './unit-state.ts'

/** A unit on a session of its own, with virtual CPU devices. */
export interface TestUnit {
  readonly unit: RealisingUnit
  readonly session: Session
  readonly pool: DevicePool
  /** Of micro-batches that became smaller within a call. */
  readonly smaller: readonly Realised[]
  /** Realises a batch size and makes updates on the next examples, with dropout seeds of their own. */
  train(batchSize: number, steps: number): Promise<{ readonly realised: Realised; readonly results: StepResults }>
  /** Parameters, statistics and slots. */
  values(): Promise<Readonly<Record<'parameters' | 'statistics' | 'slots', HostArrays>>>
  close(): Promise<void>
}

export interface TestUnitOptions {
  readonly runtime: Runtime
  readonly realisation?: Partial<RealisationConfig>
  readonly config?: RunConfigInput
  readonly dataset?: Dataset
  readonly saved?: UnitState
  /** Of each device; plenty when left out. */
  readonly stepBytes?: number
  /** Puts something between the unit and TensorFlow. */
  readonly wrap?: (session: Session) => Session
}

const plenty = 2 ** 40

/** Opens a unit for a test: an MLP on made-up clusters unless it is told otherwise. */
export async function openTestUnit({ runtime, realisation = {}, config = {}, dataset = makeTestDataset(), saved, stepBytes = plenty, wrap = (session) => session }: TestUnitOptions): Promise<TestUnit> {
  const parsed = runConfig.parse({ model: { kind: 'mlp', hidden: [8] }, optimizer: { kind: 'momentum', learningRate: 0.1 }, batchSize: 16, batchPolicy: { kind: 'loss-gap', batchMin: 1, realisation }, ...config })
  const policy = parsed.batchPolicy
  if (policy === null) throw new Error('a unit needs a batch policy')
  const { devices } = policy.realisation
  const session = wrap(await runtime.openSession({ cpuDevices: devices, threads: 1 }))
  const traces = await Traces.open(session, dataset)
  const variables = await traces.initialize(parsed)
  const pool = new DevicePool({ devices: Array.from({ length: devices }, (_, i) => ({ name: `/device:CPU:${i}`, stepBytes })), sharedBytes: null })
  const smaller: Realised[] = []
  const options: RealisingUnitOptions = { config: parsed, realisation: policy.realisation, plan: planRun(parsed, dataset.train.count), traces, variables, dataset, jit: false, gradientNorms: true, devices: pool, saved: saved ?? null, onSmaller: (realised) => smaller.push(realised) }
  const unit = await createRealisingUnit(options)
  let position = 0
  return {
    unit,
    session,
    pool,
    smaller,
    async train(batchSize, steps) {
      const realised = await unit.realise(batchSize)
      const feed = fed({ steps, batchSize, position, examples: dataset.train.count })
      position += steps * batchSize
      return { realised, results: await realised.call(steps).run(feed) }
    },
    async values() {
      const [parameters, statistics, slots] = [await readGroup(session, variables.parameters), await readGroup(session, variables.statistics), await readGroup(session, variables.slots)]
      return { parameters, statistics, slots }
    },
    close: () => session.close(),
  }
}

function fed({ steps, batchSize, position, examples }: { readonly steps: number; readonly batchSize: number; readonly position: number; readonly examples: number }): StepFeed {
  const feed = emptyFeed({ steps, batchSize, searchBatch: 'same' })
  feed.indices.forEach((_, i) => (feed.indices[i] = (7 * (position + i)) % examples))
  feed.seeds.forEach((_, i) => (feed.seeds[i] = 1000 + position + i))
  feed.learningRates.fill(0.1)
  return feed
}

/** Largest difference between two records of arrays, relative to the largest value of each array. */
export function largestDifference(some: HostArrays, others: HostArrays): number {
  return Object.entries(some).reduce((largest, [name, { values }]) => {
    const other = others[name]?.values ?? []
    const scale = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30)
    return Array.from(values).reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] ?? Number.NaN)) / scale), largest)
  }, 0)
}
