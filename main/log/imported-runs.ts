import type { Database } from 'better-sqlite3'
import { LoupeError } from '../contract/errors.ts'
import { metrics } from '../contract/metrics.ts'
import { status } from '../contract/records.ts'
import type { Status } from '../contract/records.ts'
import { importedRun, importTools, omission, runParams, runSource } from '../contract/run-import.ts'
import type { ImportedRun, ImportTool, Omission, RunParams, RunSource } from '../contract/run-import.ts'
import { z } from '../contract/zod.ts'
import type { MetricPoints } from './block-codec.ts'
import { documentWriter } from './documents.ts'
import { idOf, notFound, rowOf } from './ids.ts'
import type { NewEvent } from './log.ts'
import { blockWrites } from './metric-blocks.ts'

/** What is kept of an imported run in the place of a configuration. Searches read fields of it by their path. */
const document = z.object({ source: runSource, name: z.string(), param: runParams, labels: z.record(z.string(), z.string()), renamed: z.record(z.string(), z.string()) })
type Document = z.output<typeof document>

/** A run of another tool, to be put into the log. */
export interface NewImportedRun {
  readonly name: string
  readonly source: RunSource
  readonly status: Status
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly note: string
  readonly params: RunParams
  readonly labels: Readonly<Record<string, string>>
  /** By key; each in the order of its steps, each step once. */
  readonly metrics: ReadonlyMap<string, MetricPoints>
  readonly renamed: Readonly<Record<string, string>>
  readonly steps: number
  readonly wallMs: number
  readonly omissions: readonly Omission[]
  /** Equal for equal runs. */
  readonly content: string
}

/** How the log knows a run of another tool. */
export interface KnownImport {
  readonly runId: string
  readonly content: string
  readonly isTrashed: boolean
}

export type ImportOutcome = 'added' | 'updated' | 'unchanged' | 'restored'

/** The statements about imported runs; their plans are tested. */
export const importedQueries = {
  known: 'SELECT i.run, i.content, r.trashed_at FROM imported_runs AS i CROSS JOIN runs AS r ON r.id = i.run WHERE i.tool = ? AND i.source = ?',
  one: `SELECT r.id, r.name, r.status, r.started_at, r.finished_at, r.steps, r.wall_ms, i.imported_at, i.document, i.omissions
    FROM imported_runs AS i CROSS JOIN runs AS r ON r.id = i.run WHERE i.run = ?`,
  newest: `SELECT r.id, r.name, r.status, r.started_at, r.finished_at, r.steps, r.wall_ms, i.imported_at, i.document, i.omissions
    FROM imported_runs AS i CROSS JOIN runs AS r ON r.id = i.run WHERE r.trashed_at IS NULL ORDER BY i.run DESC LIMIT ?`,
  params: `SELECT p.key AS name, count(*) AS runs FROM imported_runs AS i CROSS JOIN json_each(i.document, '$.param') AS p GROUP BY p.key ORDER BY runs DESC, name LIMIT ?`,
  metrics: 'SELECT k.name, count(*) AS runs FROM imported_runs AS i CROSS JOIN metric_extremes AS e ON e.run = i.run CROSS JOIN metric_keys AS k ON k.id = e.key GROUP BY k.id ORDER BY runs DESC, k.name LIMIT ?',
  toolOf: 'SELECT tool FROM imported_runs WHERE run = ?',
} as const

const row = z.object({
  id: z.int(),
  name: z.string(),
  status,
  started_at: z.int().nullable(),
  finished_at: z.int().nullable(),
  steps: z.int(),
  wall_ms: z.number(),
  imported_at: z.int(),
  document: z.string(),
  omissions: z.string(),
})
const omissionList = z.array(omission)
/** Names for filters and columns: more than anybody reads. */
const mostNames = 1000

export interface ImportedReads {
  /** @throws LoupeError `not-found` for a run that was not imported */
  get(id: string): ImportedRun
  /** Newest first, those in the trash left out. */
  newest(limit: number): ImportedRun[]
  source(run: number): RunSource | null
  known(tool: ImportTool, source: string): KnownImport | null
  names(): { readonly params: string[]; readonly metrics: string[] }
}

export function importedReads(db: Database): ImportedReads {
  const one = db.prepare<[number]>(importedQueries.one)
  const newest = db.prepare<[number]>(importedQueries.newest)
  const known = db.prepare<[string, string], { run: number; content: string; trashed_at: number | null }>(importedQueries.known)
  const params = db.prepare<[number], string>(importedQueries.params).pluck()
  const metricNames = db.prepare<[number], string>(importedQueries.metrics).pluck()
  const read = (found: unknown): ImportedRun => {
    const { id, started_at, finished_at, wall_ms, imported_at, document: json, omissions, ...rest } = row.parse(found)
    const { source, param, labels, renamed } = document.parse(JSON.parse(json))
    return importedRun.parse({ ...rest, id: idOf('run', id), source, startedAt: started_at, finishedAt: finished_at, importedAt: imported_at, wallMs: wall_ms, params: param, labels, renamed, omissions: omissionList.parse(JSON.parse(omissions)) })
  }
  return {
    get(id) {
      const found = one.get(rowOf('run', id))
      if (found === undefined) throw notFound('run', id)
      return read(found)
    },
    newest: (limit) => newest.all(limit).map(read),
    source(run) {
      const found = one.get(run)
      return found === undefined ? null : read(found).source
    },
    known(tool, source) {
      const found = known.get(tool, source)
      return found === undefined ? null : { runId: idOf('run', found.run), content: found.content, isTrashed: found.trashed_at !== null }
    },
    names: () => ({ params: params.all(mostNames), metrics: metricNames.all(mostNames).filter((name) => !Object.hasOwn(metrics, name)) }),
  }
}

const toolNames: Readonly<Record<ImportTool, string>> = { tensorboard: 'TensorBoard', mlflow: 'MLflow', csv: 'a CSV file' }

/** Refuses what only a run of Loupe's own can do. @returns A function of the run's row. */
export function importedRefusal(db: Database): (run: number) => void {
  const toolOf = db.prepare<[number], string>(importedQueries.toolOf).pluck()
  return (run) => {
    const tool = z.enum(importTools).optional().parse(toolOf.get(run))
    if (tool === undefined) return
    const runId = idOf('run', run)
    throw new LoupeError('unsupported', `${runId} was imported from ${toolNames[tool]}: Loupe has its curves and parameters, but neither a configuration nor weights. It can be looked at, compared, exported and annotated, but not resumed, branched, copied or run again.`, { runId, importedFrom: tool })
  }
}

/** Points that are worth a block of their own. */
const fewestOfBlock = 8

/** Puts a run of another tool into the log, to be called inside a transaction: a new one, or in the place of what was imported of it before. */
export function importedWrites(db: Database): (run: NewImportedRun, now: number) => { readonly runId: string; readonly outcome: ImportOutcome } {
  const reads = importedReads(db)
  const blocks = blockWrites(db)
  const configs = documentWriter(db, 'configs')
  const insert = db.prepare("INSERT INTO runs (study, key, name, status, config, created_at, note) VALUES (NULL, '', ?, ?, ?, ?, ?)")
  const update = db.prepare('UPDATE runs SET name = ?, status = ?, config = ?, created_at = ?, started_at = ?, finished_at = ?, steps = ?, wall_ms = ? WHERE id = ?')
  const describe = db.prepare(
    `INSERT INTO imported_runs (run, tool, source, content, imported_at, document, omissions) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run) DO UPDATE SET content = excluded.content, imported_at = excluded.imported_at, document = excluded.document, omissions = excluded.omissions`,
  )
  const before = db.prepare<[number], { name: string; document: string }>('SELECT r.name, i.document FROM imported_runs AS i CROSS JOIN runs AS r ON r.id = i.run WHERE i.run = ?')
  const restore = db.prepare<[number]>('UPDATE runs SET trashed_at = NULL WHERE id = ?')
  const forget = ['metrics', 'metric_blocks', 'metric_extremes'].map((table) => db.prepare<[number]>(`DELETE FROM ${table} WHERE run = ?`))
  const addKey = db.prepare<[string]>('INSERT INTO metric_keys (name) VALUES (?) ON CONFLICT (name) DO NOTHING')
  const keyOf = db.prepare<[string], number>('SELECT id FROM metric_keys WHERE name = ?').pluck()
  const insertPoint = db.prepare('INSERT INTO metrics (run, key, step, examples, wall_ms, value) VALUES (?, ?, ?, ?, ?, ?)')
  const insertExtremes = db.prepare('INSERT INTO metric_extremes (run, key, last_step, last, low, high) VALUES (?, ?, ?, ?, ?, ?)')

  const insertMetric = (run: number, name: string, points: MetricPoints): void => {
    addKey.run(name)
    const key = keyOf.get(name)
    if (key === undefined) throw new LoupeError('internal', `The metric ${name} has no id in the log.`, { name })
    const { steps, examples, wallMs, values } = points
    if (steps.length >= fewestOfBlock && !isReadAsRows(name)) blocks.append(run, key, points)
    else for (let i = 0; i < steps.length; i++) insertPoint.run(run, key, steps[i], examples[i], wallMs[i], values[i])
    const [low, high] = finiteBounds(values)
    insertExtremes.run(run, key, steps.at(-1), values.at(-1), low, high)
  }

  return (imported, now) => {
    const { source, content } = imported
    const found = reads.known(source.tool, source.id)
    if (found?.isTrashed === true) restore.run(rowOf('run', found.runId))
    if (found?.content === content) return { runId: found.runId, outcome: found.isTrashed ? 'restored' : 'unchanged' }
    const created = imported.startedAt ?? now
    const kept: Document = { source, name: imported.name, param: imported.params, labels: imported.labels, renamed: imported.renamed }
    const config = configs(inPlaceOfConfig(imported))
    const run = found === null ? Number(insert.run(imported.name, imported.status, config, created, imported.note).lastInsertRowid) : rowOf('run', found.runId)
    const last = before.get(run)
    // A name that was changed here stays; one that was changed there comes along.
    const name = last !== undefined && last.name !== document.parse(JSON.parse(last.document)).name ? last.name : imported.name
    update.run(name, imported.status, config, created, imported.startedAt, imported.finishedAt, imported.steps, imported.wallMs, run)
    describe.run(run, source.tool, source.id, content, now, JSON.stringify(kept), JSON.stringify(imported.omissions))
    for (const statement of forget) statement.run(run)
    for (const [metric, points] of imported.metrics) insertMetric(run, metric, points)
    return { runId: idOf('run', run), outcome: found === null ? 'added' : 'updated' }
  }
}

/**
 * What stands where a run of Loupe's own has its configuration: a document that no schema of one reads. Runs that differ in nothing but their seed
 * share one, as Loupe's own would but for the seed; a run that tells no parameter is like no other.
 */
function inPlaceOfConfig({ params, source }: NewImportedRun): object {
  const settings = Object.entries(params).filter(([name]) => !/(^|[^a-z])(random[_ -]?)?seed$/i.test(name))
  return settings.length === 0 ? { imported: true, source: [source.tool, source.id] } : { imported: true, param: Object.fromEntries(settings) }
}

/** What the log says of an import. */
export function importEvent({ source, metrics: curves, omissions }: NewImportedRun, { runId, outcome }: { readonly runId: string; readonly outcome: ImportOutcome }): NewEvent {
  const values = [...curves.values()].reduce((sum, { steps }) => sum + steps.length, 0)
  const did = { added: 'Imported', updated: 'Imported again, as it differs now,', restored: 'Imported again', unchanged: 'Imported again' }[outcome]
  return {
    studyId: null,
    runId,
    level: 'info',
    kind: 'run.imported',
    message: `${did} from ${toolNames[source.tool]} (${source.path}): ${curves.size} metrics, ${values} values.`,
    facts: { tool: source.tool, path: source.path, metrics: curves.size, values, outcome, omissions },
  }
}

/** What is logged at evaluations is read as rows by those who ask for evaluations. */
function isReadAsRows(key: string): boolean {
  if (!Object.hasOwn(metrics, key)) return false
  const { per } = metrics[key as keyof typeof metrics] // just asked
  return per === 'evaluation' || per === 'run'
}

function finiteBounds(values: Float64Array): readonly [low: number | null, high: number | null] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? [low, high] : [null, null]
}
