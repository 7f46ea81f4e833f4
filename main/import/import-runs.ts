import { LoupeError } from '../contract/errors.ts'
import type { ImportPreview, ImportResult, Omission, OmissionKind, PreviewedRun } from '../contract/run-import.ts'
import type { LogReader } from '../log/log.ts'
import type { ImportOutcome } from '../log/imported-runs.ts'
import type { ForeignRun, FoundRun, RunsSource } from './foreign-run.ts'
import { openSource } from './open-source.ts'
import type { SourcePlace } from './open-source.ts'

/** How far a preview or import is. */
export interface ImportProgress {
  readonly path: string
  readonly runs: number
  readonly runsInAll: number
  readonly bytes: number
  readonly bytesInAll: number
  /** Of the run at hand. */
  readonly name: string
}

interface Following {
  readonly signal: AbortSignal
  readonly onProgress: (progress: ImportProgress) => void
}

/**
 * Says what an import would do, without doing it: every run is read whole, for only then is it known what it holds and whether it has changed.
 *
 * @throws LoupeError as {@link openSource}; `interrupted` when the signal is given
 */
export async function previewImport(place: SourcePlace, options: Following & { readonly log: Pick<LogReader, 'knownImport'> }): Promise<ImportPreview> {
  const runs: PreviewedRun[] = []
  const { source, omissions, wasStopped } = await eachRun({ place, only: null, options }, (found, run) => {
    const known = options.log.knownImport(run.source.tool, run.source.id)
    const state = known === null ? 'new' : known.isTrashed ? 'trashed' : known.content === run.content ? 'unchanged' : 'changed'
    runs.push({ sourceId: found.sourceId, name: run.name, group: run.source.group, state, runId: known?.runId ?? null, startedAt: run.startedAt, metrics: run.metrics.size, values: run.values, params: Object.keys(run.params).length, omissions: [...run.omissions] })
  })
  if (wasStopped) throw new LoupeError('interrupted', `Looking through ${source.path} was stopped. Nothing was imported.`, { path: source.path })
  return { tool: source.tool, path: source.path, runs, omissions }
}

/**
 * Brings runs into the log, one after the other, each whole or not at all.
 *
 * @param options.only  Ids at the source; null for all.
 * @param options.write  Puts a run into the log.
 * @throws LoupeError as {@link openSource}, and what `write` throws; runs that are in the log by then stay
 */
export async function importRuns(
  place: SourcePlace,
  options: Following & { readonly only: readonly string[] | null; readonly write: (run: ForeignRun) => Promise<{ readonly runId: string; readonly outcome: ImportOutcome }> },
): Promise<ImportResult> {
  const runs: ImportResult['runs'] = []
  const { source, omissions, wasStopped } = await eachRun({ place, only: options.only, options }, async (found, run) => {
    const { runId, outcome } = await options.write(run)
    runs.push({ sourceId: found.sourceId, name: run.name, runId, outcome, omissions: [...run.omissions] })
  })
  return { tool: source.tool, path: source.path, runs, omissions, wasStopped }
}

async function eachRun(
  wanted: { readonly place: SourcePlace; readonly only: readonly string[] | null; readonly options: Following },
  act: (found: FoundRun, run: ForeignRun) => Promise<void> | void,
): Promise<{ readonly source: RunsSource; readonly omissions: Omission[]; readonly wasStopped: boolean }> {
  const { place, only, options } = wanted
  const { signal, onProgress } = options
  const source = await openSource(place)
  try {
    const chosen = only === null ? source.runs : source.runs.filter(({ sourceId }) => only.includes(sourceId))
    if (only !== null && chosen.length < new Set(only).size) {
      const missing = only.find((id) => source.runs.every(({ sourceId }) => sourceId !== id)) ?? ''
      throw new LoupeError('not-found', `${source.path} has no run "${missing}". Look at it again: it may have changed.`, { path: source.path, sourceId: missing })
    }
    const omitted = new Map<OmissionKind, { count: number; where: string }>()
    const omit = (kind: OmissionKind, where: string) => void omitted.set(kind, { count: (omitted.get(kind)?.count ?? 0) + 1, where: omitted.get(kind)?.where ?? where })
    const bytesInAll = chosen.reduce((sum, { bytes }) => sum + bytes, 0)
    let [runs, bytes] = [0, 0]
    for (const found of chosen) {
      if (signal.aborted) break
      const tell = () => onProgress({ path: source.path, runs, runsInAll: chosen.length, bytes: Math.min(bytes, bytesInAll), bytesInAll, name: found.name })
      tell()
      const run = await readable(source, found, {
        signal,
        onBytes: (more) => {
          bytes += more
          tell()
        },
      })
      if (run === 'stopped') break
      if (run === null) omit('empty-runs', found.name)
      else if (run instanceof Error) omit('unreadable-runs', `${found.name}: ${run.message}`)
      else await act(found, run)
      runs++
    }
    return { source, omissions: [...source.omissions, ...[...omitted].map(([kind, { count, where }]) => ({ kind, count, where }))], wasStopped: signal.aborted }
  } finally {
    source.close()
  }
}

/** The file system's refusal of one run is no reason to leave the others. */
async function readable(source: RunsSource, found: FoundRun, options: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void }): Promise<ForeignRun | null | Error | 'stopped'> {
  try {
    return await source.read(found, options)
  } catch (error) {
    if (options.signal.aborted) return 'stopped'
    if (error instanceof Error && !(error instanceof LoupeError) && 'code' in error && /^E[A-Z]+$/.test(String(error.code))) return error
    throw error
  }
}
