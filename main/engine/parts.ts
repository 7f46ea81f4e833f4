import type { DatasetConfig } from '../contract/dataset-config.ts'
import type { CompressorConfig } from '../contract/exchange-config.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { ModelConfig } from '../contract/model-config.ts'
import type { Latency } from '../methods/study.ts'
import type { Runtime } from '../tensorflow/runtime.ts'
import type { Dataset } from '../training/datasets/dataset.ts'
import type { Compressor } from '../training/exchange/compressor.ts'
import type { ModelCost } from '../training/models/model.ts'
import type { GatherWorkers } from '../training/exchange/worker-pool.ts'
import type { CouplingWarning } from '../training/realisation/coupling.ts'
import type { Checkpoint, Trainer } from '../training/trainer.ts'

/** How long one example takes, in ms. */
export interface LatencyAt extends Latency {
  /** Blocks before the head. */
  readonly depth: number
}

export interface TrainerOptions {
  readonly runtime: Runtime
  readonly dataset: Dataset
  /** TensorFlow's own name, such as `/device:GPU:0`. */
  readonly device: string
  /** That an op may use; 0 for as many as cores. */
  readonly threads: number
  /** Ops that may run at once. */
  readonly parallelOps: number
}

/**
 * What the engine is put together from. The real parts load TensorFlow; tests pass small ones of their own.
 */
export interface EngineParts {
  /** @throws LoupeError `library-missing`, `library-version` */
  openRuntime(): Promise<Runtime>
  /** @throws LoupeError `data-malformed`, `invalid-input` */
  loadDataset(config: DatasetConfig): Promise<Dataset>
  createTrainer(options: TrainerOptions): Promise<Trainer>
  /**
   * What a model costs on this data.
   *
   * @throws LoupeError `shape-mismatch`, `invalid-input` where the model does not fit the data.
   */
  describeModel(config: ModelConfig, dataset: Dataset): Promise<ModelCost>
  /** How long a model takes for one example after so many of its blocks, one depth after another, each in one thread. */
  measureLatencies(options: { readonly runtime: Runtime; readonly dataset: Dataset; readonly model: ModelConfig; readonly depths: readonly number[]; readonly device: string }): Promise<readonly LatencyAt[]>
  /** Where the run's updates would not be those of batches in one piece. */
  couplingWarnings(config: RunConfig, dataset: Dataset): Promise<readonly CouplingWarning[]>
  /** What makes the compressors of runs whose workers exchange gradients. */
  loadCompressors(): Promise<(config: CompressorConfig) => Compressor>
  /** Brings the workers of a run on other machines together. */
  readonly gatherWorkers: GatherWorkers
  readonly encodeCheckpoint: (checkpoint: Checkpoint) => Uint8Array
  readonly decodeCheckpoint: (bytes: Uint8Array) => Checkpoint
}
