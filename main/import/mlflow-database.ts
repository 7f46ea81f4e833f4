import { realpath } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { LoupeError } from '../contract/errors.ts'
import { openForeignDatabase } from '../log/foreign-database.ts'
import type { ForeignDatabase } from '../log/foreign-database.ts'
import type { ForeignRun, FoundRun, ReadOptions, RunsSource } from './foreign-run.ts'
import { instantOf, statusOf, takeParam, takeTags } from './mlflow-values.ts'
import { RunGatherer } from './run-gatherer.ts'

/** SQLite has no infinities for MLflow: it keeps the greatest number that there is. */
const greatest = Number.MAX_VALUE
/** Rows between which other work goes on. */
const rowsAtOnce = 20_000
/** What a row takes, for the progress. */
const rowBytes = 100

interface Row {
  readonly id: string
  readonly name: string
  readonly state: string | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly group: string
}

/** Whether the tables are those of MLflow. */
export function isMlflow({ tables }: ForeignDatabase): boolean {
  return ['experiments', 'runs', 'metrics', 'params', 'tags'].every((name) => tables.has(name))
}

/**
 * The runs of an MLflow database in SQLite, of any version since the first: columns that came later are asked for where they are.
 *
 * The file is opened to read, and never held longer than a run takes, so a server may go on writing to it.
 *
 * @throws LoupeError `data-malformed` for a database that is none of MLflow's
 */
export async function mlflowDatabaseSource(path: string): Promise<RunsSource> {
  const file = await realpath(path)
  const db = openForeignDatabase(file)
  try {
    if (!isMlflow(db)) {
      const tables = [...db.tables].slice(0, 8).join(', ')
      throw new LoupeError('data-malformed', `${file} is a SQLite database, but not one of MLflow: its tables are ${tables === '' ? 'none' : tables}; experiments, runs, metrics, params and tags were expected.`, { path: file })
    }
    return sourceOf(db, file)
  } catch (error) {
    db.close()
    throw error
  }
}

function sourceOf(db: ForeignDatabase, path: string): RunsSource {
  const runColumns = db.columns('runs')
  const metricColumns = db.columns('metrics')
  const ordered = metricColumns.has('step') ? 'step' : '0'
  const isIndexed = db.isIndexed('metrics', 'run_uuid')
  // Versions before 2022 find a run's metrics only by reading all of them: once is enough.
  if (!isIndexed) db.makeTemporary('CREATE TEMP TABLE rows_of_run AS SELECT run_uuid, rowid AS place FROM metrics; CREATE INDEX temp.rows_by_run ON rows_of_run (run_uuid)')
  const ofRun = isIndexed ? 'metrics WHERE run_uuid = ?' : 'temp.rows_of_run AS r CROSS JOIN metrics ON metrics.rowid = r.place WHERE r.run_uuid = ?'
  const metricsSql = `SELECT "key" AS name, value, timestamp, ${ordered} AS step, ${metricColumns.has('is_nan') ? 'is_nan' : '0'} AS is_nan FROM ${ofRun} ORDER BY timestamp, metrics.rowid`

  const counts = new Map<string, number>()
  for (const { id, count } of db.rows(isIndexed ? 'SELECT run_uuid AS id, count(*) AS count FROM metrics GROUP BY run_uuid' : 'SELECT run_uuid AS id, count(*) AS count FROM temp.rows_of_run GROUP BY run_uuid')) counts.set(String(id), Number(count))
  const rows = new Map<string, Row>()
  let deleted = 0
  const name = runColumns.has('name') ? 'r.name' : "''"
  const stage = (table: string, columns: ReadonlySet<string>) => (columns.has('lifecycle_stage') ? `coalesce(${table}.lifecycle_stage, 'active')` : "'active'")
  const runsSql = `SELECT r.run_uuid AS id, ${name} AS name, r.status, r.start_time, r.end_time, e.name AS experiment, ${stage('r', runColumns)} AS stage, ${stage('e', db.columns('experiments'))} AS experiment_stage
    FROM runs AS r LEFT JOIN experiments AS e ON e.experiment_id = r.experiment_id`
  for (const row of db.rows(runsSql)) {
    if (row['stage'] === 'deleted' || row['experiment_stage'] === 'deleted') {
      deleted++
      continue
    }
    const id = String(row['id'])
    rows.set(id, { id, name: textOf(row['name']), state: row['status'] === null ? null : textOf(row['status']), startedAt: instantOf(row['start_time']), finishedAt: instantOf(row['end_time']), group: textOf(row['experiment']) })
  }
  const runs = [...rows.values()].map((row): FoundRun => ({ sourceId: row.id, name: row.name || row.id, bytes: (counts.get(row.id) ?? 0) * rowBytes, startedAt: row.startedAt }))
  return {
    tool: 'mlflow',
    path,
    runs: runs.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0) || (a.sourceId < b.sourceId ? -1 : 1)),
    omissions: deleted === 0 ? [] : [{ kind: 'deleted-runs', count: deleted, where: '' }],
    read: async ({ sourceId }, options) => await readRun({ db, path, row: rows.get(sourceId)!, metricsSql }, options), // it comes from there
    close: () => db.close(),
  }
}

async function readRun(from: { readonly db: ForeignDatabase; readonly path: string; readonly row: Row; readonly metricsSql: string }, { signal, onBytes }: ReadOptions): Promise<ForeignRun | null> {
  const { db, path, row, metricsSql } = from
  const gathered = new RunGatherer()
  for (const { name, value } of db.rows('SELECT "key" AS name, value FROM params WHERE run_uuid = ? ORDER BY "key"', row.id)) takeParam(gathered, textOf(name), textOf(value))
  const tags = new Map<string, string>()
  for (const { name, value } of db.rows('SELECT "key" AS name, value FROM tags WHERE run_uuid = ? ORDER BY "key"', row.id)) tags.set(textOf(name), textOf(value))
  const { name, note } = takeTags(gathered, tags)
  let since = 0
  for (const metric of db.rows(metricsSql, row.id)) {
    gathered.value(textOf(metric['name']), Number(metric['step']), Number(metric['timestamp']), numberOf(metric['value'], metric['is_nan']))
    if (++since < rowsAtOnce) continue
    onBytes?.(since * rowBytes)
    since = 0
    await setImmediate()
    signal?.throwIfAborted()
  }
  onBytes?.(since * rowBytes)
  await setImmediate()
  signal?.throwIfAborted()
  return gathered.finish({
    name: row.name || name || row.id,
    source: { tool: 'mlflow', path, id: row.id, group: row.group, status: row.state },
    status: statusOf(row.state),
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    note,
  })
}

function numberOf(value: unknown, isNan: unknown): number {
  if (Number(isNan) === 1 || typeof value !== 'number') return Number.NaN
  if (value >= greatest) return Infinity
  return value <= -greatest ? -Infinity : value
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}
