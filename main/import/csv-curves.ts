import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { CsvError, parse } from 'csv-parse'
import { LoupeError } from '../contract/errors.ts'
import type { ForeignRun, ReadOptions, RunsSource } from './foreign-run.ts'
import { RunGatherer } from './run-gatherer.ts'

const names = {
  run: ['run', 'run_id', 'runid', 'run_name'],
  step: ['step', 'global_step', '_step', 'iteration', 'epoch'],
  metric: ['metric', 'key', 'tag', 'name'],
  value: ['value'],
  time: ['wallms', 'wall_ms', 'timestamp', 'time', 'wall_time', '_timestamp'],
} as const
type Role = keyof typeof names

/** Columns by what they hold; of a wide table those of the metrics. */
interface Layout {
  readonly run: number | null
  readonly step: number | null
  readonly metric: number | null
  readonly value: number | null
  readonly time: number | null
  /** Empty for a long table, which has a row a value. */
  readonly metrics: readonly { readonly column: number; readonly name: string }[]
  readonly timeScale: number
}

const mostRuns = 10_000
const mostBytes = 1_000_000_000
const mostColumns = 5000

/**
 * Curves in a CSV file, with a head: long, a row a value (`run,step,metric,value`), or wide, a row a step and a column a metric (`step,loss,accuracy`).
 *
 * The column of runs may be left out: the file is one run then. Times are `wallMs` (from the run's start) or `timestamp` (seconds or ms since 1970).
 *
 * @throws LoupeError `data-malformed` for a file whose head names no metric, or that is no CSV
 */
export async function csvSource(path: string): Promise<RunsSource> {
  const file = await realpath(path)
  const { size } = await stat(file)
  if (size > mostBytes) throw malformed(file, `it has ${size} bytes, and its rows are read together: at most ${mostBytes}. Cut it into several files`)
  const { layout, keys } = await survey(file)
  // The file is read once, and gives its runs together: their rows may stand in any order.
  const runs = new Map<string, RunGatherer>()
  const wholeName = basename(file).replace(/\.csv$/i, '')
  let isRead = false
  const read = async (options: ReadOptions) => {
    if (isRead) return
    await eachRow({ file, options }, (row, line) => void (line > 1 && takeRow({ row, layout, runs, line })))
    isRead = true
  }
  return {
    tool: 'csv',
    path: file,
    runs: keys.map((key) => ({ sourceId: key === '' ? file : `${file}#${key}`, name: key === '' ? wholeName : key, bytes: Math.ceil(size / Math.max(1, keys.length)), startedAt: null })),
    omissions: [],
    async read(run, options): Promise<ForeignRun | null> {
      await read(options)
      const key = run.sourceId === file ? '' : run.sourceId.slice(file.length + 1)
      const gathered = runs.get(key)
      return gathered?.finish({ name: run.name, source: { tool: 'csv', path: file, id: run.sourceId, group: basename(file), status: null }, status: 'finished', startedAt: null, finishedAt: null }) ?? null
    },
    close: () => runs.clear(),
  }
}

/** What the columns are, and the names of the runs. */
async function survey(file: string): Promise<{ readonly layout: Layout; readonly keys: readonly string[] }> {
  const heads: Layout[] = []
  const keys = new Set<string>()
  await eachRow({ file }, (row, line) => {
    if (line === 1) heads.push(layoutOf(row, file))
    else if (keys.size < mostRuns) keys.add(heads[0]?.run === null ? '' : (row[heads[0]?.run ?? -1] ?? ''))
  })
  const [layout] = heads
  if (layout === undefined) throw malformed(file, 'it is empty')
  return { layout, keys: [...keys].sort() }
}

function takeRow({ row, layout, runs, line }: { readonly row: readonly string[]; readonly layout: Layout; readonly runs: Map<string, RunGatherer>; readonly line: number }): void {
  const key = layout.run === null ? '' : (row[layout.run] ?? '')
  let gathered = runs.get(key)
  if (gathered === undefined) {
    if (runs.size >= mostRuns) return
    runs.set(key, (gathered = new RunGatherer()))
  }
  const step = layout.step === null ? line - 2 : Number(row[layout.step] || Number.NaN)
  const time = layout.time === null ? 0 : (Number(row[layout.time] || Number.NaN) || 0) * layout.timeScale
  const take = (name: string, text: string) => {
    if (text.trim() === '') return
    const value = numberOf(text)
    if (value === undefined) gathered.omit('unreadable-values', `${name}, ${line}`)
    else gathered.value(name, step, time, value)
  }
  if (layout.metric !== null && layout.value !== null) return take(row[layout.metric] ?? '', row[layout.value] ?? '')
  for (const { column, name } of layout.metrics) take(name, row[column] ?? '')
}

function layoutOf(head: readonly string[], file: string): Layout {
  const lower = head.map((name) => name.trim().toLowerCase())
  const columnOf = (role: Role) => {
    const column = names[role].map((name) => lower.indexOf(name)).find((at) => at >= 0)
    return column ?? null
  }
  const [run, step, metric, value, time] = [columnOf('run'), columnOf('step'), columnOf('metric'), columnOf('value'), columnOf('time')]
  const timeScale = time !== null && ['timestamp', 'time', 'wall_time', '_timestamp'].includes(lower[time] ?? '') ? 1000 : 1
  if (head.length > mostColumns) throw malformed(file, `it has ${head.length} columns, at most ${mostColumns} are read`)
  if (metric !== null && value !== null) {
    if (step === null) throw malformed(file, `it has a row a value and no column of steps; one is called ${names.step.join(', ')}`)
    return { run, step, metric, value, time, metrics: [], timeScale }
  }
  const metrics = head.flatMap((name, column) => ([run, step, time].includes(column) || name.trim() === '' || numberOf(name) !== undefined ? [] : [{ column, name: name.trim() }]))
  if (metrics.length === 0) throw malformed(file, `its first line names no metric: "${head.join(',').slice(0, 120)}". Expected a head such as run,step,metric,value or step,loss,accuracy`)
  return { run, step, metric: null, value: null, time, metrics, timeScale }
}

/** Calls with each row and its number, the head's being 1; between chunks of the file other work goes on. */
async function eachRow({ file, options = {} }: { readonly file: string; readonly options?: ReadOptions }, take: (row: readonly string[], line: number) => void): Promise<void> {
  const { signal, onBytes } = options
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: 4_000_000 })
  const stream = createReadStream(file)
  if (onBytes !== undefined) stream.on('data', (chunk) => onBytes(chunk.length))
  stream.on('error', (error) => parser.destroy(error))
  stream.pipe(parser)
  let line = 0
  try {
    for await (const row of parser) {
      signal?.throwIfAborted()
      take(row as string[], ++line) // without names of columns a row is a list of texts
    }
  } catch (error) {
    if (error instanceof CsvError) throw malformed(file, error.message)
    throw error
  } finally {
    stream.destroy()
  }
}

function numberOf(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^nan$/i.test(trimmed)) return Number.NaN
  const infinite = /^([-+]?)inf(inity)?$/i.exec(trimmed)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  const number = Number(trimmed)
  return trimmed === '' || Number.isNaN(number) ? undefined : number
}

function malformed(file: string, problem: string): LoupeError {
  return new LoupeError('data-malformed', `${file} does not read as curves in CSV: ${problem}.`, { path: file })
}
