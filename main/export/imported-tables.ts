import type { ImportedRun } from '../contract/run-import.ts'
import { canonicalJson } from '../log/canonical-json.ts'
import type { LogReader } from '../log/log.ts'
import { unitOf } from './logged-tables.ts'
import type { Cell, ColumnKind, Row, Table } from './table.ts'

const ROWS_AT_ONCE = 50_000

type Field = readonly [name: string, kind: ColumnKind, read: (run: ImportedRun) => Cell]

const runFields: readonly Field[] = [
  ['id', 'text', (run) => run.id],
  ['name', 'text', (run) => run.name],
  ['status', 'text', (run) => run.status],
  ['tool', 'text', (run) => run.source.tool],
  ['sourceId', 'text', (run) => run.source.id],
  ['sourcePath', 'text', (run) => run.source.path],
  ['sourceGroup', 'text', (run) => run.source.group],
  ['sourceStatus', 'text', (run) => run.source.status],
  ['steps', 'integer', (run) => run.steps],
  ['wallMs', 'number', (run) => run.wallMs],
  ['startedAt', 'instant', (run) => run.startedAt],
  ['finishedAt', 'instant', (run) => run.finishedAt],
  ['importedAt', 'instant', (run) => run.importedAt],
  ['params', 'text', (run) => canonicalJson(run.params)],
  ['labels', 'text', (run) => canonicalJson(run.labels)],
  ['renamed', 'text', (run) => canonicalJson(run.renamed)],
  ['omissions', 'text', (run) => canonicalJson(run.omissions)],
]

/** What the log has of an imported run, in long form: the run itself, and a row a value, none left out. Units are known of Loupe's metrics only. */
export function importedTables({ reader, run }: { readonly reader: LogReader; readonly run: ImportedRun }): readonly Table[] {
  return [
    { name: 'runs', columns: runFields.map(([name, kind]) => ({ name, kind })), batches: () => [[runFields.map(([, , read]) => read(run))]] },
    {
      name: 'metrics',
      columns: [
        { name: 'run', kind: 'text' },
        { name: 'key', kind: 'text' },
        { name: 'step', kind: 'integer' },
        { name: 'wallMs', kind: 'number' },
        { name: 'value', kind: 'number' },
        { name: 'unit', kind: 'text' },
      ],
      *batches() {
        for (const key of reader.metricKeys(run.id)) {
          const unit = unitOf(key)
          const { steps, wallMs, values } = reader.logged(run.id, key)
          for (let from = 0; from < steps.length; from += ROWS_AT_ONCE) {
            yield Array.from(steps.subarray(from, from + ROWS_AT_ONCE), (step, index): Row => [run.id, key, step, wallMs[from + index]!, values[from + index]!, unit])
          }
        }
      },
    },
  ]
}
