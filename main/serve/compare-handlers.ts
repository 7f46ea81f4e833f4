import { settingColumns } from '../compare/settings/setting-columns.ts'
import { LoupeError } from '../contract/errors.ts'
import type { ParsedQueryInput, QueryOutput } from '../contract/queries.ts'
import type { QueryHandlers } from '../contract/rpc.ts'
import type { RunRecord } from '../contract/records.ts'
import { loggedDataset } from '../engine/study-reading.ts'
import type { LogReader } from '../log/log.ts'

/** Answers what the comparison of runs asks. */
export function compareHandlers(reader: LogReader): Pick<QueryHandlers, 'compare.settings' | 'compare.values'> {
  return {
    'compare.settings': (input) => comparedSettings(reader, input),
    'compare.values': ({ runIds, fields }) => ({ columns: reader.values(runIds, fields) }),
  }
}

function comparedSettings(reader: LogReader, { runIds }: ParsedQueryInput<'compare.settings'>): QueryOutput<'compare.settings'> {
  const runs = runIds.flatMap((id) => runOrNone(reader, id))
  const studies = new Map([...new Set(runs.map(({ studyId }) => studyId))].filter((id) => id !== null).map((id) => [id, { name: reader.study(id).name, hash: loggedDataset(reader, id)?.hash ?? null }] as const))
  const studyOf = ({ studyId }: Compared) => (studyId === null ? undefined : studies.get(studyId))
  return {
    runs: runs.map((run) => ({ id: run.id, key: run.key, name: run.name, studyId: run.studyId, studyName: studyOf(run)?.name ?? null, status: run.status })),
    // The name is the run's own, and may have been changed since.
    settings: settingColumns(runs.map(({ config }) => config)).filter(({ path }) => path !== 'name'),
    environment: settingColumns(runs.map(({ environment }) => environment ?? {})),
    data: settingColumns(runs.map((run) => ({ hash: studyOf(run)?.hash ?? null }))),
    metrics: [...reader.extremesOf(runs.map(({ id }) => id))],
  }
}

type Compared = Pick<RunRecord, 'id' | 'key' | 'name' | 'studyId' | 'status' | 'environment'> & { readonly config: unknown }

/** A run may have been deleted since it was chosen: the others are compared without it. One of another tool has its parameters for a configuration. */
function runOrNone(reader: LogReader, id: string): Compared[] {
  try {
    return [reader.run(id)]
  } catch (error) {
    if (error instanceof LoupeError && error.code === 'not-found') return []
    if (!(error instanceof LoupeError) || error.code !== 'unsupported') throw error
    const { name, status, params } = reader.importedRun(id)
    return [{ id, key: '', name, studyId: null, status, environment: null, config: { param: params } }]
  }
}
