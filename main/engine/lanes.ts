import { availableParallelism } from 'node:os'

/**
 * Runs that train side by side where the config leaves it open: one a core, one a GPU, and no more than there is room for.
 *
 * @param fitting  How many a device has memory for.
 */
export function lanesFor(options: { readonly parallelRuns: number; readonly device: 'CPU' | 'GPU'; readonly gpus: number; readonly cores?: number; readonly fitting?: number }): number {
  if (options.parallelRuns > 0) return options.parallelRuns
  if (options.device === 'GPU') return Math.max(1, options.gpus)
  return Math.max(1, Math.min(options.cores ?? availableParallelism(), options.fitting ?? Number.POSITIVE_INFINITY))
}

/**
 * Threads of each lane: the cores shared out among them, so that lanes do not wait for each other. A small step is
 * quickest on one thread anyway. Follows from config and machine alone: a resumed run gets the same again.
 */
export function threadsOfLane(lanes: number, cores = availableParallelism()): number {
  return lanes > 1 ? Math.max(1, Math.floor(cores / lanes)) : 0
}
