import { createHash } from 'node:crypto'
import { closeSync, createReadStream, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { CheckpointProblem } from '../contract/checkpoint-browser.ts'
import { LoupeError } from '../contract/errors.ts'
import type { StoredCheckpoint } from './checkpoints.ts'
import { freeBytes, megabytes } from './sqlite-errors.ts'
import type { WorkspacePaths } from './workspace.ts'

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export interface CheckpointFile {
  readonly paths: WorkspacePaths
  readonly runId: string
  readonly step: number
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes. */
  readonly hash: string
}

/**
 * Writes a checkpoint so that a crash leaves the whole file or none: temporary name, fsync, rename, fsync of the folder.
 * The name holds the content's hash, so that a file, once logged, is never written over.
 *
 * @returns The file's name within the run's folder.
 * @throws LoupeError `disk-full`; nothing is left behind.
 */
export function writeCheckpointFile({ paths, runId, step, bytes, hash }: CheckpointFile): string {
  const folder = join(paths.checkpoints, runId)
  const name = `step-${String(step).padStart(9, '0')}-${hash.slice(0, 8)}.checkpoint`
  const partial = join(folder, `${name}.partial`)
  try {
    if (mkdirSync(folder, { recursive: true }) !== undefined) syncFolder(paths.checkpoints)
    writeSynced(partial, bytes)
    renameSync(partial, join(folder, name))
    syncFolder(folder)
    return name
  } catch (error) {
    rmSync(partial, { force: true })
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EIO') throw error
    const free = freeBytes(paths.folder)
    const message = `The disk did not take a checkpoint of ${megabytes(bytes.length)} for ${runId} (${code}; ${megabytes(free)} free in ${paths.folder}). Free some room; the run goes on from here then.`
    throw new LoupeError('disk-full', message, { path: folder, neededBytes: bytes.length, freeBytes: free }, { cause: error })
  }
}

/** @throws LoupeError `log-corrupt` where the file is gone or does not match its SHA-256 */
export function readCheckpointFile(paths: WorkspacePaths, { record, file }: StoredCheckpoint): Uint8Array {
  const path = join(paths.checkpoints, record.runId, file)
  const refuse = (problem: string, facts: Readonly<Record<string, unknown>>): LoupeError => {
    const what = `Checkpoint ${record.id} at step ${record.step} of ${record.runId} ${problem}: ${path}.`
    const message = `${what} Resume from an earlier checkpoint, or train the run anew.`
    return new LoupeError('log-corrupt', message, { path, checkpointId: record.id, runId: record.runId, ...facts })
  }
  if (!existsSync(path)) throw refuse('has no file', {})
  const bytes = readFileSync(path)
  const actual = sha256(bytes)
  if (actual !== record.sha256) throw refuse('does not match its SHA-256', { expected: record.sha256, actual, bytes: bytes.length })
  return bytes
}

/**
 * Reads a checkpoint's file piece by piece and compares it with what the log says of it; others are answered meanwhile.
 *
 * @returns What is wrong, null for a sound file. A size that differs is told without reading the file.
 */
export async function verifyCheckpointFile(paths: WorkspacePaths, { record, file }: StoredCheckpoint): Promise<CheckpointProblem | null> {
  const path = join(paths.checkpoints, record.runId, file)
  const found = { checkpointId: record.id, runId: record.runId, step: record.step, path, expectedBytes: record.bytes, expectedSha256: record.sha256 }
  const size = await stat(path).then(
    (stats) => stats.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
      throw error
    },
  )
  if (size === null) return { ...found, problem: 'missing', actualBytes: null, actualSha256: null }
  if (size !== record.bytes) return { ...found, problem: 'damaged', actualBytes: size, actualSha256: null }
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  const actual = hash.digest('hex')
  return actual === record.sha256 ? null : { ...found, problem: 'damaged', actualBytes: size, actualSha256: actual }
}

/** Removes the files of a run that the log does not name, among them what a crash left half written. */
export function removeOtherFiles(paths: WorkspacePaths, runId: string, stored: readonly StoredCheckpoint[]): void {
  const folder = join(paths.checkpoints, runId)
  if (!existsSync(folder)) return
  const named = new Set(stored.map((checkpoint) => checkpoint.file))
  for (const file of readdirSync(folder)) {
    if (!named.has(file)) rmSync(join(folder, file), { force: true })
  }
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w')
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function syncFolder(folder: string): void {
  // Windows cannot open a folder; its file system journals the rename.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
