import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { Omission } from '../contract/run-import.ts'
import { readEvent } from './event-proto.ts'
import type { EventSink, SummaryValue } from './event-proto.ts'
import { numberIn } from './foreign-run.ts'
import type { ForeignRun, FoundRun, ReadOptions, RunsSource } from './foreign-run.ts'
import { readHyperparameters } from './hyperparameters-proto.ts'
import type { HyperparameterData } from './hyperparameters-proto.ts'
import { RunGatherer } from './run-gatherer.ts'
import { readRecords } from './tf-records.ts'

const mostFolders = 50_000
/** Of event files that write their version, as all since 2016 do: a restart is told by its session log, not by steps that go back. */
const versionWithRestarts = 2

/** Whether a file is one of TensorBoard's, by its name. */
export function isEventFile(name: string): boolean {
  return basename(name).includes('tfevents')
}

interface EventFolder {
  readonly path: string
  /** Absolute, in the order in which they are read. */
  readonly files: readonly string[]
  readonly bytes: number
}

/**
 * A tree of folders with event files, each folder a run as in TensorBoard, or one event file.
 *
 * @returns null where there is no event file.
 */
export async function tensorboardSource(path: string): Promise<RunsSource | null> {
  const root = await realpath(path)
  const isFile = (await stat(root)).isFile()
  const { folders, omissions } = isFile ? { folders: await oneFile(root), omissions: [] } : await foldersIn(root)
  if (folders.length === 0) return null
  const byId = new Map(folders.map((folder) => [folder.path, folder] as const))
  const group = basename(isFile ? dirname(root) : root)
  const nameOf = (folder: string) => (isFile ? basename(dirname(root)) : relative(root, folder) || basename(root))
  return {
    tool: 'tensorboard',
    path: root,
    runs: folders.map((folder) => ({ sourceId: folder.path, name: nameOf(folder.path), bytes: folder.bytes, startedAt: startOf(folder.files[0] ?? '') })).sort(byStart),
    omissions,
    read: async (run, options) => await readRun({ folder: byId.get(run.sourceId)!, name: run.name, group }, options), // they come from there
    close: () => {},
  }
}

function byStart(one: FoundRun, other: FoundRun): number {
  return (one.startedAt ?? 0) - (other.startedAt ?? 0) || (one.name < other.name ? -1 : 1)
}

async function oneFile(file: string): Promise<EventFolder[]> {
  return isEventFile(file) ? [{ path: file, files: [file], bytes: (await stat(file)).size }] : []
}

async function foldersIn(root: string): Promise<{ readonly folders: EventFolder[]; readonly omissions: Omission[] }> {
  const waiting = [root]
  const folders: EventFolder[] = []
  let links = 0
  for (let visited = 0; waiting.length > 0 && visited < mostFolders; visited++) {
    const path = waiting.pop()!
    const entries = await entriesOf(path)
    for (const entry of entries) {
      if (entry.isDirectory()) waiting.push(join(path, entry.name))
      else if (entry.isSymbolicLink() && (await isFolder(join(path, entry.name)))) links++
    }
    const named = entries.filter((entry) => !entry.isDirectory() && isEventFile(entry.name)).map(({ name }) => join(path, name)).sort()
    const sizes = await Promise.all(named.map(async (file) => await stat(file).then(({ size }) => size, () => null)))
    const files = named.filter((_, index) => sizes[index] !== null) // a link may lead nowhere
    if (files.length > 0) folders.push({ path, files, bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) })
  }
  return { folders, omissions: links === 0 ? [] : [{ kind: 'linked-folders', count: links, where: '' }] }
}

/** Nothing for a folder that may not be read, unless it is the one that was asked for. */
async function entriesOf(path: string): Promise<Dirent[]> {
  return await readdir(path, { withFileTypes: true }).catch(() => [])
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then((found) => found.isDirectory(), () => false)
}

/** When a writer opened a file, which it keeps in the name. */
function startOf(file: string): number | null {
  const seconds = /tfevents\.(\d{9,10})\b/.exec(basename(file))?.[1]
  return seconds === undefined ? null : Number(seconds) * 1000
}

async function readRun(run: { readonly folder: EventFolder; readonly name: string; readonly group: string }, options: ReadOptions): Promise<ForeignRun | null> {
  const { folder, name, group } = run
  const reading = new EventReading()
  for (const file of folder.files) await reading.read(file, options)
  return reading.finish({ name, group, path: folder.path })
}

/** Event files of one run, one after the other, as TensorBoard's `EventAccumulator` reads them. */
class EventReading implements EventSink {
  readonly #gathered = new RunGatherer()
  /** Of each tag what its first value says of it. */
  readonly #plugins = new Map<string, string>()
  #version = 0
  #wallMs = 0
  #step = 0
  #lastStep = -1
  #firstMs = Infinity
  #lastMs = -Infinity
  #hyper: HyperparameterData | null = null

  async read(file: string, options: ReadOptions): Promise<void> {
    const name = basename(file)
    const at = (offset: number) => `${name}, ${offset}`
    await readRecords({
      path: file,
      ...options,
      onRecord: (bytes, start, end, offset) => {
        try {
          readEvent(bytes, { start, end }, this)
        } catch (error) {
          if (!(error instanceof Error)) throw error
          this.#gathered.omit('garbled-records', at(offset))
        }
      },
      onFault: (fault) => {
        if (fault.kind === 'garbled-record') this.#gathered.omit('garbled-records', at(fault.offset))
        else if (fault.kind === 'large-record') this.#gathered.omit('large-records', at(fault.offset))
        else this.#gathered.omit(fault.kind, at(fault.offset), fault.bytes)
      },
    })
  }

  event({ wallMs, step, version, isStart, hasSummary, hasGraph }: Parameters<EventSink['event']>[0]): void {
    if (version !== null) this.#version = Number(/:(\d+(\.\d+)?)$/.exec(version)?.[1] ?? 0)
    if (hasGraph) this.#gathered.omit('graphs')
    if (isStart && this.#version >= versionWithRestarts) this.#gathered.dropFrom(step)
    this.#wallMs = wallMs
    this.#step = step
    if (wallMs > 0) {
      this.#firstMs = Math.min(this.#firstMs, wallMs)
      this.#lastMs = Math.max(this.#lastMs, wallMs)
    }
    if (!hasSummary) return
    this.#isBehind = step < this.#lastStep && this.#version < versionWithRestarts
    this.#lastStep = step
  }
  /** Files without a version: a step that goes back tells of a restart. */
  #isBehind = false

  value(value: SummaryValue): void {
    const { tag, kind, number } = value
    if (value.plugin !== '' && !this.#plugins.has(tag)) this.#plugins.set(tag, value.plugin)
    const plugin = this.#plugins.get(tag) ?? ''
    if (plugin === 'hparams') return this.#hyperparameters(value)
    if (kind === 'scalar' && (plugin === '' || plugin === 'scalars')) {
      if (this.#isBehind) this.#gathered.dropFrom(this.#step, tag)
      this.#gathered.value(tag, this.#step, this.#wallMs, number)
      return
    }
    // What the hparams plugin of older PyTorch and TensorFlow writes has no value.
    if (kind !== 'none' || plugin !== '') this.#gathered.omit(omissionOf(kind, plugin))
  }

  #hyperparameters({ content }: SummaryValue): void {
    const said = readHyperparameters(content)
    for (const [name, param] of Object.entries(said.params)) this.#gathered.param(name, typeof param === 'string' ? numberIn(param) : param)
    const before = this.#hyper
    this.#hyper = { params: {}, startedAtMs: said.startedAtMs ?? before?.startedAtMs ?? null, endedAtMs: said.endedAtMs ?? before?.endedAtMs ?? null, status: said.status ?? before?.status ?? null }
  }

  finish({ name, group, path }: { readonly name: string; readonly group: string; readonly path: string }): ForeignRun | null {
    const said = this.#hyper
    const status = said?.status === 1 ? 'SUCCESS' : said?.status === 2 ? 'FAILURE' : said?.status === 3 ? 'RUNNING' : null
    const instant = (ms: number | null) => (ms !== null && Number.isFinite(ms) && ms > 0 ? Math.round(ms) : null)
    return this.#gathered.finish({
      name,
      source: { tool: 'tensorboard', path, id: path, group, status },
      // Event files do not say whether a run has ended; what is there is there.
      status: status === 'FAILURE' ? 'failed' : 'finished',
      startedAt: instant(this.#firstMs) ?? instant(said?.startedAtMs ?? null),
      finishedAt: instant(this.#lastMs) ?? instant(said?.endedAtMs ?? null),
    })
  }
}

function omissionOf(kind: SummaryValue['kind'], plugin: string): Omission['kind'] {
  if (kind === 'image' || plugin === 'images') return 'images'
  if (kind === 'audio' || plugin === 'audio') return 'audio'
  if (kind === 'histogram' || plugin === 'histograms' || plugin === 'distributions') return 'histograms'
  if (plugin === 'text') return 'texts'
  if (plugin.startsWith('graph')) return 'graphs'
  return plugin === '' || plugin === 'scalars' ? 'tensors' : 'other-data'
}
