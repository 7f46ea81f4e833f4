import { existsSync } from 'node:fs'
import { LoupeError } from '../contract/errors.ts'
import { answerQueries, createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import type { ComposedReport } from '../contract/composed-report.ts'
import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { ImportedRun } from '../contract/run-import.ts'
import type { LogReader } from '../log/log.ts'
import { createQueryHandlers } from '../serve/query-handlers.ts'

/** A client for questions alone, over a reader: no engine, no TensorFlow. */
export function queryClient(options: { readonly reader: LogReader; readonly workspace: string }): Client {
  return createClient({ request: answerQueries(createQueryHandlers(options)), onEvent: () => () => {} })
}

/**
 * Opens the workspace's log for reading, for as long as `use` takes.
 *
 * @throws LoupeError `not-found` where there is no workspace yet.
 */
export async function withReader<T>(workspace: string, use: (reader: LogReader) => Promise<T>): Promise<T> {
  if (!existsSync(workspace)) throw new LoupeError('not-found', `There is no workspace ${workspace} yet. \`loupe run\` makes it; --workspace names another.`, { workspace })
  const { openLogReader } = await import('../log/open.ts')
  const reader = await openLogReader({ workspace })
  try {
    return await use(reader)
  } finally {
    reader.close()
  }
}

export type Found = { readonly kind: 'study'; readonly record: StudyRecord } | { readonly kind: 'run'; readonly record: RunRecord }

/** A run that was imported, which is no record of a run; null for any other id. */
export function importedById(reader: LogReader, id: string): ImportedRun | null {
  return tryFind(() => reader.importedRun(id))
}

/** @throws LoupeError `not-found` for an id that is neither a study nor a run, `unsupported` for an imported run. */
export function findById(reader: LogReader, id: string): Found {
  const study = tryFind(() => reader.study(id))
  if (study !== null) return { kind: 'study', record: study }
  const run = tryFind(() => reader.run(id))
  if (run !== null) return { kind: 'run', record: run }
  throw new LoupeError('not-found', `The workspace has no study or run "${id}". \`loupe list\` shows those it has.`, { id })
}

export type Reportable = Found | { readonly kind: 'report'; readonly record: ComposedReport }

/** The same, and composed reports beside them. */
export function findReportable(reader: LogReader, id: string): Reportable {
  const report = tryFind(() => reader.report(id))
  return report === null ? findById(reader, id) : { kind: 'report', record: report }
}

function tryFind<T>(find: () => T): T | null {
  try {
    return find()
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'not-found') return null
    throw error
  }
}
