import { createReadStream } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { parse } from 'yaml'
import { z } from '../contract/zod.ts'
import type { ForeignRun, FoundRun, ReadOptions, RunsSource } from './foreign-run.ts'
import { instantOf, stateOf, statusOf, takeParam, takeTags } from './mlflow-values.ts'
import { RunGatherer } from './run-gatherer.ts'

const mostMetaBytes = 1_000_000
const mostTextBytes = 1_000_000

/** Of an experiment or a run: any field may be missing, or be something else in another version. */
const meta = z.record(z.string(), z.unknown())
type Meta = z.output<typeof meta>

interface Folder {
  readonly path: string
  readonly id: string
  readonly meta: Meta
  readonly group: string
}

/**
 * The runs of MLflow's file store, a folder `mlruns`: a folder an experiment, in it a folder a run, in that a file a metric, parameter and tag.
 *
 * @returns null for a folder that is no such store.
 * @see https://mlflow.org/docs/latest/ml/tracking/backend-stores/
 */
export async function mlflowFilesSource(path: string): Promise<RunsSource | null> {
  const root = await realpath(path)
  const folders = new Map<string, Folder>()
  const runs: FoundRun[] = []
  let deleted = 0
  let isStore = false
  for (const experiment of await subfolders(root)) {
    const about = await metaOf(experiment)
    if (about === null || about['experiment_id'] === undefined || about['run_id'] !== undefined) continue
    isStore = true
    for (const folder of await subfolders(experiment)) {
      const said = await metaOf(folder)
      if (said === null) continue
      if (said['lifecycle_stage'] === 'deleted' || about['lifecycle_stage'] === 'deleted') {
        deleted++
        continue
      }
      const id = textOf(said['run_id'] ?? said['run_uuid']) || basename(folder)
      folders.set(id, { path: folder, id, meta: said, group: textOf(about['name']) })
      runs.push({ sourceId: id, name: textOf(said['run_name']) || id, bytes: await bytesOf(join(folder, 'metrics')), startedAt: instantOf(said['start_time']) })
    }
  }
  if (!isStore) return null
  return {
    tool: 'mlflow',
    path: root,
    runs: runs.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0) || (a.sourceId < b.sourceId ? -1 : 1)),
    omissions: deleted === 0 ? [] : [{ kind: 'deleted-runs', count: deleted, where: '' }],
    read: async ({ sourceId }, options) => await readRun(folders.get(sourceId)!, options), // it comes from there
    close: () => {},
  }
}

async function readRun({ path, id, meta: said, group }: Folder, options: ReadOptions): Promise<ForeignRun | null> {
  const gathered = new RunGatherer()
  for (const [name, text] of await textsOf(join(path, 'params'))) takeParam(gathered, name, text)
  const tags = new Map(await textsOf(join(path, 'tags')))
  const { name, note } = takeTags(gathered, tags)
  for (const file of await filesIn(join(path, 'metrics'))) await readMetric({ file, name: nameIn(join(path, 'metrics'), file), gathered }, options)
  if ((await filesIn(join(path, 'artifacts'))).length > 0) gathered.omit('artifacts')
  const state = stateOf(said['status'])
  return gathered.finish({
    name: textOf(said['run_name']) || name || id,
    source: { tool: 'mlflow', path, id, group, status: state },
    status: statusOf(state),
    startedAt: instantOf(said['start_time']),
    finishedAt: instantOf(said['end_time']),
    note,
  })
}

/** A line a value: its time, the value, its step. The oldest versions have no step. */
async function readMetric(metric: { readonly file: string; readonly name: string; readonly gathered: RunGatherer }, { signal, onBytes }: ReadOptions): Promise<void> {
  const { file, name, gathered } = metric
  const stream = createReadStream(file, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) })
  let line = 0
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    line++
    if (text.trim() === '') continue
    const [time = '', value = '', step = '0'] = text.trim().split(/\s+/)
    const number = numberOf(value)
    if (number === undefined || !/^\d+$/.test(time)) gathered.omit('unreadable-values', `${name}, ${line}`)
    else gathered.value(name, Number(step), Number(time), number)
  }
  onBytes?.(stream.bytesRead)
}

function numberOf(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN
  const infinite = /^([-+]?)inf(inity)?$/i.exec(text)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  const number = Number(text)
  return text === '' || Number.isNaN(number) ? undefined : number
}

async function metaOf(folder: string): Promise<Meta | null> {
  const text = await textIn(join(folder, 'meta.yaml'), mostMetaBytes)
  if (text === null) return null
  try {
    const read = meta.safeParse(parse(text))
    return read.success ? read.data : null
  } catch {
    return null // a file that is no YAML tells of no run
  }
}

async function textsOf(folder: string): Promise<[name: string, text: string][]> {
  const texts: [string, string][] = []
  for (const file of await filesIn(folder)) {
    const text = await textIn(file, mostTextBytes)
    if (text !== null) texts.push([nameIn(folder, file), text.replace(/\n$/, '')])
  }
  return texts
}

async function textIn(file: string, mostBytes: number): Promise<string | null> {
  try {
    return (await stat(file)).size > mostBytes ? null : await readFile(file, 'utf8')
  } catch {
    return null // not there, or not ours to read
  }
}

/** A metric `train/loss` is a file `loss` in a folder `train`. */
function nameIn(folder: string, file: string): string {
  return file.slice(folder.length + 1).split(sep).join('/')
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => join(folder, name)).sort()
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
}

async function bytesOf(folder: string): Promise<number> {
  const sizes = await Promise.all((await filesIn(folder)).map(async (file) => (await stat(file)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
