import type { ModelCost } from './models/model.ts'

/** Multiply-accumulates of a step's forward pass below which a second thread costs more than it brings. */
const SMALL_STEP_MACS = 2e7

/**
 * Threads for a run that trains alone: 1 for small steps, 0 (as many as cores) for the others.
 *
 * A formula and no measurement, for the number of threads is part of what makes a run reproducible.
 * Measured on 2 cores, ms a step on 1 and on 2 threads: MLP of 200,000 parameters at batch 16 0.27 and 0.64, at 64 0.72
 * and 0.95, at 128 1.22 and 1.04, at 512 4.6 and 3.5.
 *
 * @example An MLP 784-256-10 has 203,264 multiply-accumulates an example: 1 thread up to batch 98.
 */
export function chooseThreads({ macsPerExample }: Pick<ModelCost, 'macsPerExample'>, batchSize: number): number {
  return macsPerExample * batchSize < SMALL_STEP_MACS ? 1 : 0
}
