import { resolve } from 'node:path'
import type { AnyEvent } from '../contract/events.ts'
import { LoupeError } from '../contract/errors.ts'
import { createClient } from '../contract/rpc.ts'
import type { ImportPreview, ImportResult, ImportTool, Omission } from '../contract/run-import.ts'
import { exitCodes } from './exit-code.ts'
import { omissionText } from './omission-text.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { listenForInterrupt } from './signals.ts'

export interface ImportCommand {
  readonly path: string
  /** Null to go by what is there. */
  readonly from: ImportTool | null
  readonly tags: readonly string[]
  readonly isDryRun: boolean
}

/**
 * `loupe import PATH`: runs of TensorBoard, MLflow or a CSV file into the log of the workspace.
 *
 * The same run again renews the one that it was imported as, or leaves it where nothing has changed.
 */
export async function importForeign({ output, workspace }: Invocation, { path, from, tags, isDryRun }: ImportCommand): Promise<number> {
  const { openWorkbench } = await import('../engine/workbench.ts')
  const workbench = await openWorkbench({ workspace, owner: `loupe import, process ${process.pid}` })
  const client = createClient(workbench)
  const progress = progressNote(output.note)
  if (output.isJson) workbench.onEvent(output.event)
  else if (process.stderr.isTTY) workbench.onEvent(progress.onEvent)
  const endListening = listenForInterrupt({ onFirst: () => void client.request('run.stopImport', {}) })
  const place = { path: resolve(path), from }
  try {
    if (isDryRun) {
      const preview = await client.request('run.previewImport', place)
      output.result({ json: { preview }, text: previewText(preview) })
      return exitCodes.done
    }
    const result = await client.request('run.import', { ...place, tags: [...tags] })
    output.result({ json: { imported: result }, text: resultText(result) })
    if (result.wasStopped) throw new LoupeError('interrupted', `Stopped: ${result.runs.length} runs are in the log, each whole. The same command brings the others in.`, { runs: result.runs.length })
    return exitCodes.done
  } finally {
    endListening()
    await workbench.close()
  }
}

/** A line a second on a terminal. */
function progressNote(note: (text: string) => void): { onEvent(event: AnyEvent): void } {
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    onEvent({ name, payload }) {
      if (name !== 'import.progressed' || performance.now() - lastMs < 1000) return
      lastMs = performance.now()
      note(`${payload.runs} of ${payload.runsInAll} runs, ${megabytes(payload.bytes)} of ${megabytes(payload.bytesInAll)}: ${payload.name}`)
    },
  }
}

function previewText({ tool, path, runs, omissions }: ImportPreview): string {
  const rows = runs.map((run) => [run.state, String(run.metrics), String(run.values), String(run.params), run.runId ?? '–', run.group, run.name])
  return [
    runs.length === 0 ? `No run in ${path}.` : table(['would be', 'metrics', 'values', 'params', 'run', 'group', 'name'], rows),
    `${counted(runs.length)} of ${tool} in ${path}. Nothing was imported.`,
    ...leftOut([...runs.flatMap((run) => run.omissions), ...omissions]),
  ].join('\n')
}

function resultText({ tool, path, runs, omissions }: ImportResult): string {
  const count = (outcome: ImportResult['runs'][number]['outcome']) => runs.filter((run) => run.outcome === outcome).length
  const rows = runs.map((run) => [run.runId, run.outcome, run.name])
  const sums = [`${count('added')} added`, `${count('updated')} renewed`, `${count('unchanged')} unchanged`, ...(count('restored') > 0 ? [`${count('restored')} back from the trash`] : [])]
  return [...(runs.length === 0 ? [] : [table(['run', 'outcome', 'name'], rows)]), `${counted(runs.length)} of ${tool} in ${path}: ${sums.join(', ')}.`, ...leftOut([...runs.flatMap((run) => run.omissions), ...omissions])].join('\n')
}

/** What is left out of all runs together, a line a kind. */
function leftOut(omissions: readonly Omission[]): readonly string[] {
  const kinds = new Map<Omission['kind'], Omission>()
  for (const one of omissions) kinds.set(one.kind, { ...one, count: one.count + (kinds.get(one.kind)?.count ?? 0), where: kinds.get(one.kind)?.where ?? one.where })
  return [...kinds.values()].map((one) => `- ${omissionText(one)}`)
}

function counted(runs: number): string {
  return `${runs} ${runs === 1 ? 'run' : 'runs'}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
