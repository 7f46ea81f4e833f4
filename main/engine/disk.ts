import { statfs } from 'node:fs/promises'
import { LoupeError } from '../contract/errors.ts'

/** Room kept free beside the checkpoints, for the log and for others. */
const RESERVE_BYTES = 100 * 2 ** 20
/** A checkpoint holds the parameters and up to two slots of each; the log keeps two, and writes the third before it drops the first. */
const ARRAYS_PER_PARAMETER = 3
const CHECKPOINTS = 3

/** Bytes that one run may need on the workspace's disk while it trains. */
export function neededBytes(parameters: number): number {
  return parameters * 4 * ARRAYS_PER_PARAMETER * CHECKPOINTS + RESERVE_BYTES
}

/** Bytes free on the disk that a folder is on. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** @throws LoupeError `disk-full` where a folder's disk has no room for what a run needs. */
export async function checkDisk(options: { readonly folder: string; readonly parameters: number }): Promise<void> {
  const needed = neededBytes(options.parameters)
  const free = await freeBytes(options.folder)
  if (free >= needed) return
  throw new LoupeError(
    'disk-full',
    `The disk of the workspace ${options.folder} has ${megabytes(free)} free; this model's checkpoints and the log need ${megabytes(needed)}. Free some room, or use --workspace on another disk.`,
    { freeBytes: free, neededBytes: needed, workspace: options.folder },
  )
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`
}
