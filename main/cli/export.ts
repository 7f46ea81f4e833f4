import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import type { RunRecord } from '../contract/records.ts'
import type { LogReader } from '../log/log.ts'
import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'
import { findById, queryClient, withReader } from './reader.ts'

/**
 * `loupe export ID`: every run and every logged value, for other tools.
 *
 * Writes `runs.csv`, `runs.json`, `metrics.csv` (one row a value, none left out; the learning rate has one where it
 * changes, and holds until the next) and, of a study, `report.json` and
 * `study.json`.
 */
export async function exportData({ output, workspace }: Invocation, { id, out }: { readonly id: string; readonly out: string }): Promise<number> {
  const folder = resolve(out)
  const files = await withReader(workspace, async (reader) => {
    const found = findById(reader, id)
    const runs = found.kind === 'run' ? [found.record] : reader.runsOf(id)
    const texts: Record<string, string> = { 'runs.csv': runsCsv(runs), 'runs.json': json(runs), 'metrics.csv': metricsCsv(reader, runs) }
    if (found.kind === 'study') {
      texts['study.json'] = json(found.record)
      texts['report.json'] = json(await queryClient({ reader, workspace }).request('study.report', { studyId: id }))
    }
    return texts
  })
  await write(folder, files).catch((error: NodeJS.ErrnoException) => {
    const code = error.code ?? error.message
    throw new LoupeError(code === 'ENOSPC' ? 'disk-full' : 'invalid-input', `The export cannot be written to ${folder} (${code}). Name a folder that you may write to, on a disk with room, with --out.`, { folder, code })
  })
  const paths = Object.keys(files).map((name) => join(folder, name))
  output.result({ json: { exported: { id, files: paths } }, text: paths.join('\n') })
  return exitCodes.done
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

const RUN_COLUMNS = ['id', 'studyId', 'key', 'name', 'status', 'model', 'optimizer', 'batchSize', 'seed', 'steps', 'examples', 'wallMs', 'functionEvaluations', 'censored', 'device', 'threads', 'jit', 'configHash', 'createdAt', 'error'] as const

function runsCsv(runs: readonly RunRecord[]): string {
  const rows = runs.map((run) => [
    run.id,
    run.studyId,
    run.key,
    run.name,
    run.status,
    run.config.model.kind,
    run.config.optimizer.kind,
    run.config.batchSize,
    run.config.seed,
    run.steps,
    run.examples,
    run.wallMs,
    run.functionEvaluations,
    run.censored,
    run.environment?.device ?? null,
    run.environment?.threads ?? null,
    run.environment?.jit ?? null,
    run.configHash,
    new Date(run.createdAt).toISOString(),
    run.error?.message ?? null,
  ])
  return csv(RUN_COLUMNS, rows)
}

function metricsCsv(reader: LogReader, runs: readonly RunRecord[]): string {
  const rows: (string | number)[][] = []
  for (const run of runs) {
    for (const key of reader.metricKeys(run.id)) {
      // As many points as there can be values: a bucket is then one value.
      for (const series of reader.series({ runIds: [run.id], keys: [key], maxPoints: Number.MAX_SAFE_INTEGER, from: null, to: null })) {
        series.step.forEach((step, index) => rows.push([run.id, run.config.batchSize, run.config.seed, key, step, series.examples[index] ?? '', series.wallMs[index] ?? '', series.last[index] ?? '']))
      }
    }
  }
  return csv(['run', 'batchSize', 'seed', 'key', 'step', 'examples', 'wallMs', 'value'], rows)
}

/** @see RFC 4180; text that a spreadsheet would take for a formula is left as it is, because other programs read it too. */
export function csv(header: readonly string[], rows: readonly (readonly (string | number | boolean | null)[])[]): string {
  const cell = (value: string | number | boolean | null) => {
    const text = value === null ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
