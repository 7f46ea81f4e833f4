/** A pass over examples in order, in chunks of one size: the last may have some that do not count. */
export interface Chunks {
  readonly examples: number
  /** Examples of every chunk, those that do not count included. */
  readonly size: number
  readonly count: number
}

/** Activations kept at once in a pass over a data set, in bytes: enough to keep the cores busy, little beside the data. */
const CHUNK_BYTES = 192 * 2 ** 20
const MOST_EXAMPLES = 1024

/**
 * Splits a pass over examples into chunks that are as even as can be, so that the last one wastes next to nothing.
 *
 * The size follows from the model and the data, not from the machine: the same sums are rounded in the same order everywhere.
 *
 * @param most  Examples of a chunk, however small they are; 1024 when left out.
 * @example 1,000 examples of a small model: one chunk of 1,000. 1,100: two chunks of 550.
 */
export function planChunks({ examples, activationBytesPerExample, most = MOST_EXAMPLES }: { readonly examples: number; readonly activationBytesPerExample: number; readonly most?: number }): Chunks {
  const fitting = Math.max(1, Math.min(most, Math.floor(CHUNK_BYTES / Math.max(1, activationBytesPerExample))))
  const count = Math.ceil(examples / fitting)
  return { examples, size: count === 0 ? 0 : Math.ceil(examples / count), count }
}

/**
 * Writes one chunk's indices and weights: weight 1 for an example, 0 for those that only fill up the last chunk.
 *
 * @returns How many of them count.
 */
export function fillChunk({ chunks, chunk, indices, weights }: { readonly chunks: Chunks; readonly chunk: number; readonly indices: Int32Array; readonly weights: Float32Array }): number {
  const start = chunk * chunks.size
  for (let i = 0; i < chunks.size; i++) {
    indices[i] = Math.min(start + i, chunks.examples - 1)
    weights[i] = start + i < chunks.examples ? 1 : 0
  }
  return Math.min(chunks.size, chunks.examples - start)
}

/**
 * Where a chunk begins in a pass that reads whole ranges, and the weights of its examples: the last chunk begins early enough
 * to be whole, and the examples that the one before has counted get weight 0.
 */
export function fillRange({ chunks, chunk, weights }: { readonly chunks: Chunks; readonly chunk: number; readonly weights: Float32Array }): number {
  const wanted = chunk * chunks.size
  const start = Math.min(wanted, chunks.examples - chunks.size)
  weights.fill(1).fill(0, 0, wanted - start)
  return start
}
