/** A pass over examples in order, in chunks of one size: the last may have some that do not count. */
export interface Chunks {
  readonly examples: number
  /** Examples of every chunk, those that do not count included. */
  readonly size: number
  readonly count: number
}

/** Activations kept at once in a pass over a data set, in bytes: enough to keep the cores busy, little beside the data. */
const CHUNK_BYTES = 192 * 2 ** 20
const MAX_CHUNK = 1024

/**
 * Splits a pass over examples into chunks that are as even as can be, so that the last one wastes next to nothing.
 *
 * The size follows from the model alone, not from the machine: the same sums are rounded in the same order everywhere.
 *
 * @example 1,000 examples of a small model: one chunk of 1,000. 1,100: two chunks of 550.
 */
export function planChunks({ examples, activationBytesPerExample }: { readonly examples: number; readonly activationBytesPerExample: number }): Chunks {
  const most = Math.max(1, Math.min(MAX_CHUNK, Math.floor(CHUNK_BYTES / Math.max(1, activationBytesPerExample))))
  const count = Math.ceil(examples / most)
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
