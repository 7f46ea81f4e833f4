import type { ImportedRun } from '../contract/run-import.ts'
import type { LogReader } from '../log/log.ts'
import { instantText } from './instant-text.ts'
import { omissionText } from './omission-text.ts'
import { table } from './output.ts'

/** The last value of each metric of an imported run. */
export function lastOfImported(reader: LogReader, runId: string): Readonly<Record<string, number>> {
  return Object.fromEntries(reader.metricKeys(runId).map((key) => [key, reader.logged(runId, key).values.at(-1) ?? Number.NaN]))
}

/** An imported run for people. */
export function importedText(run: ImportedRun, last: Readonly<Record<string, number>>): string {
  const { source, params, omissions } = run
  return [
    `Run ${run.id}${run.name ? ` "${run.name}"` : ''}: ${run.status}, imported from ${source.tool}`,
    `${source.path}, ${source.group}${run.startedAt === null ? '' : `, begun ${instantText(run.startedAt)}`}`,
    `${run.steps} steps, ${(run.wallMs / 1000).toFixed(1)} s`,
    ...(Object.keys(params).length === 0 ? [] : ['', table(['parameter', 'value'], Object.entries(params).map(([name, value]) => [name, String(value)]))]),
    ...(Object.keys(last).length === 0 ? [] : ['', table(['metric', 'last value'], Object.entries(last).map(([key, value]) => [key, Number.isFinite(value) ? value.toPrecision(6) : String(value)]))]),
    ...(omissions.length === 0 ? [] : ['', ...omissions.map((omission) => `- ${omissionText(omission)}`)]),
  ].join('\n')
}
