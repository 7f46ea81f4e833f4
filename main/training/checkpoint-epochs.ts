import { open } from 'node:fs/promises'
import { z } from '../contract/zod.ts'
import { decodeCheckpointHeader, HEADER_AT, headerLength } from './checkpoint-codec.ts'
import { feederState } from './feeder.ts'

const epochState = z.object({ feeder: z.object({ order: feederState.shape.order }) })

/**
 * How often a run had gone through its training examples when it saved a checkpoint, with the fraction of the epoch it was in.
 *
 * Reads the head of the file alone. Null where the file is missing, does not read, or does not say.
 */
export async function checkpointEpochs(path: string): Promise<number | null> {
  try {
    await using file = await open(path, 'r')
    const prefix = Buffer.alloc(HEADER_AT)
    await file.read(prefix, 0, HEADER_AT, 0)
    const length = headerLength(prefix)
    if (length > (await file.stat()).size) return null
    const header = Buffer.alloc(length)
    await file.read(header, 0, header.length, HEADER_AT)
    return epochsOf(decodeCheckpointHeader(Buffer.concat([prefix, header])).state)
  } catch {
    return null // verifying says what is wrong with it
  }
}

/** The same from a checkpoint's state; null where it does not say. */
export function epochsOf(state: unknown): number | null {
  const parsed = epochState.safeParse(state)
  if (!parsed.success) return null
  const { epoch, position, examples } = parsed.data.feeder.order
  return examples === 0 ? null : epoch + position / examples
}
