import { resolve } from 'node:path'
import { loggedTables } from '../export/logged-tables.ts'
import { importedTables } from '../export/imported-tables.ts'
import { writeExport } from '../export/write-export.ts'
import type { ExportPlan } from '../export/write-export.ts'
import type { ExportFormat } from '../export/formats.ts'
import { metrics } from '../contract/metrics.ts'
import type { RunRecord } from '../contract/records.ts'
import type { ImportedRun } from '../contract/run-import.ts'
import { canonicalJson } from '../log/canonical-json.ts'
import type { LogReader } from '../log/log.ts'
import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'
import { findById, importedById, queryClient, withReader } from './reader.ts'
import type { Found } from './reader.ts'

export interface ExportOptions {
  readonly id: string
  readonly out: string
  readonly format: ExportFormat
  readonly force: boolean
}

/**
 * `loupe export ID`: every run and every logged value, for other tools.
 *
 * Writes the tables `runs`, `metrics` (one row a value, none left out), `events`, `records` and `gradients` in the format asked for. Beside them, as JSON,
 * `runs.json` has the whole records (config, environment, error) and, of a study, `study.json` and `report.json` what it is and says.
 */
export async function exportData({ output, workspace }: Invocation, { id, out, format, force }: ExportOptions): Promise<number> {
  const paths = await withReader(workspace, async (reader) => {
    const imported = importedById(reader, id)
    if (imported !== null) return await exportImported({ reader, run: imported, plan: { folder: resolve(out), format, replaces: force } })
    const found = findById(reader, id)
    const runs = found.kind === 'run' ? [found.record] : reader.runsOf(id)
    const tables = loggedTables({ reader, studyId: found.kind === 'study' ? id : null, runs })
    return await writeExport({
      folder: resolve(out),
      format,
      // As JSON the runs are there as whole records.
      tables: format === 'json' ? tables.filter(({ name }) => name !== 'runs') : tables,
      texts: await wholeRecords({ reader, workspace, found, runs }),
      facts: madeBy(found, runs),
      replaces: force,
    })
  })
  output.result({ json: { exported: { id, format, files: paths } }, text: paths.join('\n') })
  return exitCodes.done
}

/** The tables `runs` and `metrics`, and the whole record as JSON. */
async function exportImported({ reader, run, plan }: { readonly reader: LogReader; readonly run: ImportedRun; readonly plan: Pick<ExportPlan, 'folder' | 'format' | 'replaces'> }): Promise<readonly string[]> {
  const tables = importedTables({ reader, run })
  return await writeExport({
    ...plan,
    tables: plan.format === 'json' ? tables.filter(({ name }) => name !== 'runs') : tables,
    texts: { 'runs.json': json([run]) },
    facts: { 'loupe.source': canonicalJson({ kind: 'imported-run', id: run.id, name: run.name, source: run.source }) },
  })
}

async function wholeRecords(options: { readonly reader: LogReader; readonly workspace: string; readonly found: Found; readonly runs: readonly RunRecord[] }): Promise<Readonly<Record<string, string>>> {
  const { reader, workspace, found, runs } = options
  if (found.kind === 'run') return { 'runs.json': json(runs) }
  const report = await queryClient({ reader, workspace }).request('study.report', { studyId: found.record.id })
  return { 'study.json': json(found.record), 'report.json': json(report), 'runs.json': json(runs) }
}

/** What a Parquet file says of where its numbers come from, so that it does so alone as well. */
function madeBy({ kind, record }: Found, runs: readonly RunRecord[]): Readonly<Record<string, string>> {
  const made = runs.map(({ id, key, configHash, config, environment }) => ({ id, key, configHash, seed: config.seed, environment }))
  return { 'loupe.source': canonicalJson({ kind, id: record.id, name: record.name, configHash: record.configHash }), 'loupe.runs': canonicalJson(made), 'loupe.metrics': canonicalJson(metrics) }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
