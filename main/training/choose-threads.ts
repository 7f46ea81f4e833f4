import { availableParallelism } from 'node:os'
import type { ModelKind } from '../contract/model-config.ts'
import type { ModelCost } from './models/model.ts'

/** How a session shares the cores. */
export interface ThreadPlan {
  /** That an op may use. */
  readonly threads: number
  /** Ops that may run at once. */
  readonly parallelOps: number
}

/** Multiply-accumulates of a step's forward pass below which a second thread costs more than it brings. */
const SMALL_STEP_MACS = 3e7
/** Below this the many ops of a deep network are too small to be shared out, and large enough to run side by side. */
const SMALL_OPS_MACS = 7e8
/** Networks of hundreds of ops a step, whose backward pass has two products or convolutions ready at a time. */
const DEEP: ReadonlySet<ModelKind> = new Set(['resnet', 'vit', 'mixer', 'series-transformer'])

/**
 * Shares the cores for a run that trains alone: small steps take one thread, those of deep networks with small ops run an
 * op on each core, the others run one op at a time on all cores.
 *
 * A formula and no measurement, for the number of threads is part of what makes a run reproducible. Measured on 2 cores, ms
 * a step, as 1 thread / an op on each core / one op on all cores:
 * MLP 784-256-10 at batch 16 0.27 / - / 0.64, at 128 1.4 / 1.6 / 1.8, at 512 4.6 / 5.2 / 3.5;
 * ViT at 16 - / 15 / 21, at 64 - / 51 / 53; ResNet-20 at 16 - / 27 / 30, at 64 - / 104 / 84; CNN at 64 - / 29 / 21.
 *
 * @example An MLP 784-256-10 has 203,264 multiply-accumulates an example: 1 thread up to batch 147.
 */
export function chooseThreads(step: { readonly kind: ModelKind; readonly cost: Pick<ModelCost, 'macsPerExample'>; readonly batchSize: number; readonly cores?: number }): ThreadPlan {
  const { kind, cost, batchSize, cores = availableParallelism() } = step
  const macs = cost.macsPerExample * batchSize
  if (macs < SMALL_STEP_MACS) return { threads: 1, parallelOps: 1 }
  return DEEP.has(kind) && macs < SMALL_OPS_MACS ? { threads: 1, parallelOps: cores } : { threads: cores, parallelOps: 1 }
}
