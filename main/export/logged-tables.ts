import { metrics } from '../contract/metrics.ts'
import type { LogEvent, RunRecord } from '../contract/records.ts'
import { canonicalJson } from '../log/canonical-json.ts'
import type { LogReader } from '../log/log.ts'
import type { Cell, Column, ColumnKind, Row, Table } from './table.ts'

const ROWS_AT_ONCE = 50_000
const EVENTS_AT_ONCE = 10_000
const RECORD_KINDS = ['distillation', 'decorrelation', 'predictions'] as const

/** What is exported: some runs, and of which study. */
export interface Exported {
  readonly reader: LogReader
  readonly studyId: string | null
  readonly runs: readonly RunRecord[]
}

/**
 * Everything that was logged of some runs, in long form: one row a run, a value, an event, a record, a histogram of a gradient.
 *
 * A value is tied to what made it by its run: `runs` has the seed, the hash of the whole config, the versions and the device of each. The same
 * log gives the same rows in the same order.
 */
export function loggedTables(exported: Exported): readonly Table[] {
  return [runsTable(exported.runs), metricsTable(exported), eventsTable(exported), recordsTable(exported), gradientsTable(exported)]
}

type Field<Of> = readonly [name: string, kind: ColumnKind, read: (of: Of) => Cell]

const runFields: readonly Field<RunRecord>[] = [
  ['id', 'text', (run) => run.id],
  ['studyId', 'text', (run) => run.studyId],
  ['key', 'text', (run) => run.key],
  ['name', 'text', (run) => run.name],
  ['status', 'text', (run) => run.status],
  ['model', 'text', (run) => run.config.model.kind],
  ['optimizer', 'text', (run) => run.config.optimizer.kind],
  ['batchSize', 'integer', (run) => run.config.batchSize],
  ['seed', 'integer', (run) => run.config.seed],
  ['steps', 'integer', (run) => run.steps],
  ['examples', 'integer', (run) => run.examples],
  ['wallMs', 'number', (run) => run.wallMs],
  ['functionEvaluations', 'integer', (run) => run.functionEvaluations],
  ['censored', 'boolean', (run) => run.censored],
  ['device', 'text', (run) => run.environment?.device ?? null],
  ['threads', 'integer', (run) => run.environment?.threads ?? null],
  ['jit', 'boolean', (run) => run.environment?.jit ?? null],
  ['configHash', 'text', (run) => run.configHash],
  ['createdAt', 'instant', (run) => run.createdAt],
  ['error', 'text', (run) => run.error?.message ?? null],
  ['loupe', 'text', (run) => run.environment?.loupe ?? null],
  ['git', 'text', (run) => run.environment?.git ?? null],
  ['tensorflow', 'text', (run) => run.environment?.tensorflow ?? null],
  ['node', 'text', (run) => run.environment?.node ?? null],
  ['platform', 'text', (run) => run.environment?.platform ?? null],
  ['config', 'text', (run) => canonicalJson(run.config)],
]

function runsTable(runs: readonly RunRecord[]): Table {
  return { name: 'runs', columns: columnsOf(runFields), batches: () => [runs.map((run) => rowOf(runFields, run))] }
}

/** None left out: a value that is NaN or infinite is there as that. The learning rate has a row where it changes, and holds until the next. */
function metricsTable({ reader, runs }: Exported): Table {
  return {
    name: 'metrics',
    columns: [
      { name: 'run', kind: 'text' },
      { name: 'batchSize', kind: 'integer' },
      { name: 'seed', kind: 'integer' },
      { name: 'key', kind: 'text' },
      { name: 'step', kind: 'integer' },
      { name: 'examples', kind: 'integer' },
      { name: 'wallMs', kind: 'number' },
      { name: 'value', kind: 'number' },
      { name: 'unit', kind: 'text' },
    ],
    *batches() {
      for (const { id, config } of runs) {
        for (const key of reader.metricKeys(id)) {
          const unit = unitOf(key)
          const { steps, examples, wallMs, values } = reader.logged(id, key)
          for (let from = 0; from < steps.length; from += ROWS_AT_ONCE) {
            const rows = Array.from(steps.subarray(from, from + ROWS_AT_ONCE))
            yield rows.map((step, index): Row => [id, config.batchSize, config.seed, key, step, examples[from + index]!, wallMs[from + index]!, values[from + index]!, unit])
          }
        }
      }
    },
  }
}

/** Null for a metric that another version logged. */
export function unitOf(key: string): string | null {
  return key in metrics ? metrics[key as keyof typeof metrics].unit : null // just asked
}

const eventFields: readonly Field<LogEvent>[] = [
  ['id', 'integer', ({ id }) => id],
  ['study', 'text', ({ studyId }) => studyId],
  ['run', 'text', ({ runId }) => runId],
  ['at', 'instant', ({ at }) => at],
  ['level', 'text', ({ level }) => level],
  ['kind', 'text', ({ kind }) => kind],
  ['message', 'text', ({ message }) => message],
  ['facts', 'text', ({ facts }) => canonicalJson(facts)],
]

/** Oldest first. */
function eventsTable(exported: Exported): Table {
  return { name: 'events', columns: columnsOf(eventFields), batches: () => [eventsOf(exported).map((event) => rowOf(eventFields, event))] }
}

/** Those of the study and of the runs, each once, oldest first: a log reads them newest first. */
export function eventsOf({ reader, studyId, runs }: Exported): readonly LogEvent[] {
  const asked = [...(studyId === null ? [] : [{ studyId, runId: null }]), ...runs.map(({ id }) => ({ studyId: null, runId: id }))]
  const found = new Map<number, LogEvent>()
  for (const filter of asked) {
    for (let offset = 0; ; offset += EVENTS_AT_ONCE) {
      const page = reader.events({ ...filter, limit: EVENTS_AT_ONCE, offset })
      for (const event of page) found.set(event.id, event)
      if (page.length < EVENTS_AT_ONCE) break
    }
  }
  return [...found.values()].sort((one, other) => one.id - other.id)
}

/** What runs told beside numbers, a record a row, as JSON. */
function recordsTable({ reader, runs }: Exported): Table {
  return {
    name: 'records',
    columns: [{ name: 'run', kind: 'text' }, { name: 'kind', kind: 'text' }, { name: 'step', kind: 'integer' }, { name: 'record', kind: 'text' }],
    *batches() {
      for (const { id } of runs) for (const kind of RECORD_KINDS) yield reader.records(id, kind).map((record): Row => [id, kind, record.step, canonicalJson(record)])
    },
  }
}

/** Histograms of gradients, and how the unit was compressed, as JSON. */
function gradientsTable({ reader, runs }: Exported): Table {
  return {
    name: 'gradients',
    columns: [
      { name: 'run', kind: 'text' },
      { name: 'step', kind: 'integer' },
      { name: 'worker', kind: 'integer' },
      { name: 'unit', kind: 'text' },
      { name: 'elements', kind: 'integer' },
      { name: 'compression', kind: 'text' },
      { name: 'histograms', kind: 'text' },
    ],
    *batches() {
      for (const { id } of runs) {
        for (const step of reader.gradientSteps(id).steps) {
          const records = reader.gradientRecords({ runId: id, step, workers: null, units: null })
          yield records.map(({ worker, unit, elements, compression, histograms }): Row => [id, step, worker, unit, elements, canonicalJson(compression), canonicalJson(histograms)])
        }
      }
    },
  }
}

function columnsOf<Of>(fields: readonly Field<Of>[]): readonly Column[] {
  return fields.map(([name, kind]) => ({ name, kind }))
}

function rowOf<Of>(fields: readonly Field<Of>[], of: Of): Row {
  return fields.map(([, , read]) => read(of))
}
