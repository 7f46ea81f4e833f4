import { open, readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import type { ImportTool } from '../contract/run-import.ts'
import type { RunsSource } from './foreign-run.ts'
import { isEventFile, tensorboardSource } from './tensorboard.ts'

/** Where runs of another tool are, and of which; null to go by what is there. */
export interface SourcePlace {
  readonly path: string
  readonly from: ImportTool | null
}

/**
 * Opens a file or folder with runs of another tool.
 *
 * A folder that holds `mlflow.db` is MLflow's database, one with experiments' `meta.yaml` its file store, any other with event files below it
 * TensorBoard's. Of files the first bytes or the ending tell.
 *
 * @throws LoupeError `not-found`; `data-malformed` or `invalid-input` where nothing is there to be imported
 */
export async function openSource({ path: written, from }: SourcePlace): Promise<RunsSource> {
  const path = resolve(written.startsWith('~/') ? join(homedir(), written.slice(2)) : written)
  const found = await stat(path).catch(() => null)
  if (found === null) throw new LoupeError('not-found', `There is no file or folder ${path}, or it may not be read.`, { path })
  const source = found.isDirectory() ? await ofFolder(path, from) : await ofFile(path, from)
  if (source !== null) return source
  const expected = { tensorboard: 'event files (events.out.tfevents.…)', mlflow: 'mlflow.db or a folder mlruns', csv: 'a CSV file of curves' }
  const wanted = from === null ? Object.values(expected).join(', ') : expected[from]
  throw new LoupeError('invalid-input', `Nothing to import in ${path}: expected ${wanted}.`, { path, from })
}

async function ofFolder(path: string, from: ImportTool | null): Promise<RunsSource | null> {
  if (from === 'csv') return null
  if (from !== 'tensorboard') {
    const { mlflowDatabaseSource } = await import('./mlflow-database.ts')
    const { mlflowFilesSource } = await import('./mlflow-files.ts')
    const names = new Set(await readdir(path))
    const mlflow = names.has('mlflow.db') ? await mlflowDatabaseSource(join(path, 'mlflow.db')) : ((await mlflowFilesSource(path)) ?? (names.has('mlruns') ? await mlflowFilesSource(join(path, 'mlruns')) : null))
    if (mlflow !== null || from === 'mlflow') return mlflow
  }
  return await tensorboardSource(path)
}

async function ofFile(path: string, from: ImportTool | null): Promise<RunsSource | null> {
  const tool = from ?? (await toolOf(path))
  if (tool === 'mlflow') return await (await import('./mlflow-database.ts')).mlflowDatabaseSource(path)
  if (tool === 'csv') return await (await import('./csv-curves.ts')).csvSource(path)
  return tool === 'tensorboard' ? await tensorboardSource(path) : null
}

async function toolOf(path: string): Promise<ImportTool | null> {
  if (isEventFile(path)) return 'tensorboard'
  if (/\.csv$/i.test(path)) return 'csv'
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(15)
    await file.read(head, 0, head.length, 0)
    return head.toString('latin1') === 'SQLite format 3' ? 'mlflow' : null
  } finally {
    await file.close()
  }
}
