import type { DatasetConfig } from '../contract/dataset-config.ts'
import type { RunConfig, SharedRunConfig } from '../contract/run-config.ts'
import type { Runtime, DeviceInfo } from '../tensorflow/runtime.ts'
import { contentStamp } from '../training/datasets/content-stamp.ts'
import type { Dataset } from '../training/datasets/dataset.ts'
import type { ModelCost } from '../training/models/model.ts'
import { residentBytes } from '../training/resident-data.ts'
import type { CouplingWarning } from '../training/realisation/coupling.ts'
import type { Trainer } from '../training/trainer.ts'
import { devicesFor } from './devices.ts'
import { checkDisk } from './disk.ts'
import { lanesFor } from './lanes.ts'
import { checkMemory, lanesThatFit, neededMemoryBytes } from './memory.ts'
import type { EngineParts, LatencyAt } from './parts.ts'

/** All that a run or a study needs before its first step, checked. */
export interface Prepared {
  readonly dataset: Dataset
  readonly cost: ModelCost
  readonly devices: readonly DeviceInfo[]
  /** Trainers that may be made side by side. */
  readonly lanes: number
  /** Bytes that each of them takes on its device. */
  readonly laneBytes: number
  /** Where a run's updates would not be those of batches in one piece. */
  couplingWarnings(run: RunConfig): Promise<readonly CouplingWarning[]>
  /** How long the model takes for one example after so many of its blocks, on the device of the first trainer. */
  measureLatencies(depths: readonly number[]): Promise<readonly LatencyAt[]>
  /** A new trainer on one of the devices, in turn, with its own threads (0 for as many as cores). */
  makeTrainer(lane: { readonly index: number; readonly threads: number; readonly parallelOps?: number }): Promise<Trainer>
}

/**
 * Opens TensorFlow and reads data sets when they are first needed, and keeps them.
 *
 * TensorFlow is opened once a process. The last data set read is kept, because a study and the runs after it usually
 * share it; a file that was changed since is read again.
 */
export class Preparation {
  readonly #parts: EngineParts
  readonly #workspace: string
  #runtime: Promise<Runtime> | null = null
  #dataset: { readonly key: string; readonly read: Promise<Dataset> } | null = null

  constructor(options: { readonly parts: EngineParts; readonly workspace: string }) {
    this.#parts = options.parts
    this.#workspace = options.workspace
  }

  runtime(): Promise<Runtime> {
    this.#runtime ??= this.#parts.openRuntime().catch((error: unknown) => {
      this.#runtime = null // a library that was missing may be there the next time
      throw error
    })
    return this.#runtime
  }

  async dataset(config: DatasetConfig): Promise<Dataset> {
    const key = JSON.stringify([config, config.path === null ? null : await contentStamp(config.path)])
    if (this.#dataset?.key === key) return await this.#dataset.read
    const read = this.#parts.loadDataset(config).catch((error: unknown) => {
      if (this.#dataset?.key === key) this.#dataset = null
      throw error
    })
    this.#dataset = { key, read }
    return await read
  }

  /**
   * Reads the data, fits the model to it, looks for the device and for room on the disk and in memory.
   *
   * @param batchSize  The largest that will be trained.
   * @param parallelRuns  Side by side; 0 for as many as the machine is good for.
   * @param on  Devices to choose among, by TensorFlow's names; all where left out.
   * @throws LoupeError saying which of them stands in the way.
   */
  async prepare(config: SharedRunConfig, { batchSize, parallelRuns, on }: { readonly batchSize: number; readonly parallelRuns: number; readonly on?: readonly string[] }): Promise<Prepared> {
    const dataset = await this.dataset(config.dataset)
    const cost = await this.#parts.describeModel(config.model, dataset)
    const runtime = await this.runtime()
    const devices = devicesFor(config.compute.device, await runtime.devices()).filter(({ name }) => on === undefined || on.includes(name))
    const [device] = devices
    const needs = { cost, batchSize, dataBytes: residentBytes(dataset) }
    const lanes = lanesFor({ parallelRuns, device: device?.kind ?? 'CPU', gpus: devices.filter(({ kind }) => kind === 'GPU').length, fitting: lanesThatFit(needs, device) })
    checkMemory({ needs, lanes: Math.ceil(lanes / Math.max(1, devices.length)), device })
    await checkDisk({ folder: this.#workspace, parameters: cost.parameters })
    return {
      dataset,
      cost,
      devices,
      lanes,
      laneBytes: neededMemoryBytes(needs),
      couplingWarnings: (run) => this.#parts.couplingWarnings(run, dataset),
      measureLatencies: (depths) => this.#parts.measureLatencies({ runtime, dataset, model: config.model, depths, device: device?.name ?? '/device:CPU:0' }),
      makeTrainer: ({ index, threads, parallelOps = 1 }) => this.#parts.createTrainer({ runtime, dataset, threads, parallelOps, device: devices[index % devices.length]?.name ?? '/device:CPU:0' }),
    }
  }
}
