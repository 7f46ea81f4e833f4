import { existsSync } from 'node:fs'
import { LoupeError } from '../contract/errors.ts'
import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { ImportedRun } from '../contract/run-import.ts'
import { instantText } from './instant-text.ts'
import { listFiltered } from './list-filtered.ts'
import { exitCodes } from './exit-code.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { withReader } from './reader.ts'

const EVERYTHING = { limit: 10_000, offset: 0 } as const

export interface ListOptions {
  /** As the window's list of runs takes it; null lists studies and single runs. */
  readonly filter: string | null
  /** Fields, a `-` in front of one for the greatest first. */
  readonly sort: readonly string[]
  readonly columns: readonly string[]
}

/** `loupe list`: studies and single runs, newest first; with a filter, sort or columns the runs that fit. */
export async function list(invocation: Invocation, options: ListOptions): Promise<number> {
  if (options.filter !== null || options.sort.length > 0 || options.columns.length > 0) return await listFiltered(invocation, { ...options, filter: options.filter ?? '' })
  const { output, workspace } = invocation
  const { studies, runs, imported } = await read(workspace)
  const json = {
    workspace,
    studies: studies.map(({ id, name, status, config, createdAt, finishedAt }) => ({ id, name, method: config.method, status, createdAt, finishedAt })),
    runs: runs.map(({ id, name, status, config, createdAt, finishedAt, steps, examples, wallMs }) => ({ id, name, status, model: config.model.kind, batchSize: config.batchSize, createdAt, finishedAt, steps, examples, wallMs })),
    importedRuns: imported.map(({ id, name, source, status, startedAt, finishedAt, steps }) => ({ id, name, tool: source.tool, group: source.group, status, startedAt, finishedAt, steps })),
  }
  output.result({ json, text: studies.length + runs.length + imported.length === 0 ? `Nothing in ${workspace} yet. \`loupe template critical-batch-size > sweep.yaml\`, then \`loupe run sweep.yaml\`.` : tables({ studies, runs, imported }) })
  return exitCodes.done
}

interface Listed {
  readonly studies: readonly StudyRecord[]
  readonly runs: readonly RunRecord[]
  readonly imported: readonly ImportedRun[]
}

async function read(workspace: string): Promise<Listed> {
  const nothing = { studies: [], runs: [], imported: [] }
  if (!existsSync(workspace)) return nothing
  try {
    return await withReader(workspace, async (reader) => ({
      studies: newestFirst(reader.studies(EVERYTHING).studies),
      runs: newestFirst(reader.runs({ ...EVERYTHING, studyId: null }).runs.filter((run) => run.studyId === null)),
      imported: reader.importedRuns(EVERYTHING.limit),
    }))
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'not-found') return nothing // a folder without a log
    throw error
  }
}

function newestFirst<T extends { readonly createdAt: number }>(records: readonly T[]): readonly T[] {
  return [...records].sort((a, b) => b.createdAt - a.createdAt)
}

function tables({ studies, runs, imported }: Listed): string {
  const parts = [
    ...(studies.length === 0 ? [] : [table(['study', 'method', 'status', 'begun', 'name'], studies.map((study) => [study.id, study.config.method, study.status, instantText(study.createdAt), study.name]))]),
    ...(runs.length === 0 ? [] : [table(['run', 'model', 'batch', 'status', 'begun', 'steps', 'name'], runs.map((run) => [run.id, run.config.model.kind, String(run.config.batchSize), run.status, instantText(run.createdAt), String(run.steps), run.name]))]),
    ...(imported.length === 0 ? [] : [table(['imported run', 'from', 'status', 'begun', 'steps', 'group', 'name'], imported.map((run) => [run.id, run.source.tool, run.status, run.startedAt === null ? '–' : instantText(run.startedAt), String(run.steps), run.source.group, run.name]))]),
  ]
  return parts.join('\n\n')
}
