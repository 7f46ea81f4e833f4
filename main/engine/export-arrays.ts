import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WrittenArrays } from '../contract/checkpoint-browser.ts'
import { LoupeError } from '../contract/errors.ts'
import type { LogReader } from '../log/log.ts'
import { writeNpz } from '../training/datasets/write-npz.ts'
import type { Checkpoint } from '../training/trainer.ts'

/** Groups of variables that a model is made of; the optimizer's are none of them. */
const groups = ['parameters/', 'statistics/'] as const

export interface ExportArraysOptions {
  readonly reader: Pick<LogReader, 'checkpointBytes'>
  readonly decode: (bytes: Uint8Array) => Checkpoint
  readonly checkpointId: string
  /** Of the file. */
  readonly path: string
}

/**
 * Writes the parameters and the running statistics of a checkpoint as a NumPy archive, under names such as `parameters/stem/kernel`. The file is
 * there whole, or not at all, and takes the place of one that was there.
 *
 * @throws LoupeError `log-corrupt` for a checkpoint that does not read, `disk-full`, `invalid-input` for a path that cannot be written.
 */
export async function exportArrays({ reader, decode, checkpointId, path }: ExportArraysOptions): Promise<WrittenArrays> {
  const { variables } = decode(reader.checkpointBytes(checkpointId))
  const arrays = Object.fromEntries(Object.entries(variables).filter(([name]) => groups.some((group) => name.startsWith(group))))
  const bytes = writeNpz(arrays)
  const partial = `${path}.partial`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(partial, bytes)
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {}) // what could not be written may not be removable either
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^E[A-Z]+$/.test(code)) throw error
    throw new LoupeError(code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'invalid-input', `The arrays of ${checkpointId} cannot be written to ${path} (${code}). Name a file that you may write, on a disk with room for ${bytes.length} bytes.`, { path, code }, { cause: error })
  }
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), arrays: Object.keys(arrays).length }
}
