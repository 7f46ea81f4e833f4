import { setImmediate } from 'node:timers/promises'
import { join } from 'node:path'
import type { CheckpointFormat, Pruned } from '../contract/checkpoint-browser.ts'
import { LoupeError } from '../contract/errors.ts'
import type { ParsedCommandInput } from '../contract/commands.ts'
import type { ExportFormat } from '../contract/model-export.ts'
import type { CommandHandlers } from '../contract/rpc.ts'
import type { LogWriter } from '../log/log.ts'
import { workspacePaths } from '../log/workspace.ts'
import type { DriveContext } from './run-driver.ts'
import type { Preparation } from './preparation.ts'
import type { EngineParts } from './parts.ts'

type Names = 'checkpoint.setKept' | 'checkpoint.prune' | 'checkpoint.export'
/** Checkpoints read, or deleted, at a time: what trains goes on in between. */
const BATCH = 200

export interface CheckpointHandlerOptions {
  readonly context: Pick<DriveContext, 'workspace' | 'writer' | 'gate' | 'emit'>
  readonly preparation: Preparation
  readonly parts: EngineParts
}

/** Answers the commands about checkpoints. */
export function checkpointHandlers({ context, preparation, parts }: CheckpointHandlerOptions): Pick<CommandHandlers, Names> {
  const { workspace, writer, gate, emit } = context
  const tell = (runIds: Iterable<string>) => emit({ name: 'checkpoints.changed', payload: { runIds: [...new Set(runIds)] } })
  return {
    'checkpoint.setKept': async ({ changes }) => {
      const before = await gate.write(() => writer.keepCheckpoints(changes))
      tell(writer.checkpointRows(before.map(({ checkpointId }) => checkpointId)).map(({ runId }) => runId))
      return { before: [...before] }
    },
    'checkpoint.prune': async (wanted) => {
      const { removed, runIds } = await prune(context, wanted)
      if (runIds.size > 0) tell(runIds)
      return removed
    },
    'checkpoint.export': async ({ checkpointId, formats, depth }) => {
      const { id, runId, step } = rowOf(writer, checkpointId)
      const name = `${runId}-step-${step}`
      const modelFormats = formats.filter(isModelFormat)
      const npz = formats.includes('npz')
        ? await (await import('./export-arrays.ts')).exportArrays({ reader: writer, decode: parts.decodeCheckpoint, checkpointId: id, path: join(workspacePaths(workspace).exports, `${name}.npz`) })
        : null
      if (modelFormats.length === 0) return { npz, model: null }
      const [{ exportModel }, { logExport }] = await Promise.all([import('./export-model.ts'), import('./log-export.ts')])
      const model = await exportModel({ reader: writer, preparation, parts, runId, step, depth, formats: modelFormats, to: { workspace } })
      await logExport(context, model)
      return { npz, model }
    },
  }
}

function isModelFormat(format: CheckpointFormat): format is ExportFormat {
  return format !== 'npz'
}

function rowOf(writer: LogWriter, checkpointId: string) {
  const [row] = writer.checkpointRows([checkpointId])
  if (row === undefined) throw new LoupeError('not-found', `There is no checkpoint "${checkpointId}" in this workspace any more.`, { id: checkpointId })
  return row
}

/** Deletes checkpoints batch by batch, and those of a run only where the newest of it that would stay reads. */
async function prune({ writer, gate }: Pick<DriveContext, 'writer' | 'gate'>, { checkpointIds, ...options }: ParsedCommandInput<'checkpoint.prune'>): Promise<{ readonly removed: Pruned; readonly runIds: ReadonlySet<string> }> {
  const runIds = new Set<string>()
  const removed: Pruned = { checkpoints: 0, bytes: 0, left: [], filesLeft: [] }
  const asked: { readonly id: string; readonly runId: string }[] = []
  for (let from = 0; from < checkpointIds.length; from += BATCH) {
    asked.push(...writer.checkpointRows(checkpointIds.slice(from, from + BATCH)))
    await setImmediate()
  }
  const damaged = options.isForced ? new Set<string>() : await runsToLeave(writer, asked)
  removed.left.push(...asked.filter(({ runId }) => damaged.has(runId)).map(({ id }) => ({ checkpointId: id, reason: 'damaged' as const })))
  const wanted = asked.filter(({ runId }) => !damaged.has(runId)).map(({ id }) => id)
  for (let from = 0; from < wanted.length; from += BATCH) {
    const { gone, left, filesLeft } = await gate.write(() => writer.pruneCheckpoints(wanted.slice(from, from + BATCH), options))
    for (const { runId, bytes } of gone) {
      runIds.add(runId)
      removed.checkpoints += 1
      removed.bytes += bytes
    }
    removed.left.push(...left)
    removed.filesLeft = [...filesLeft]
    await setImmediate()
  }
  return { removed, runIds }
}

/** Runs whose newest checkpoint among those that would stay is missing or damaged: what would go may be all that is left of them. */
async function runsToLeave(writer: LogWriter, asked: readonly { readonly id: string; readonly runId: string }[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const going = new Set(asked.map(({ id }) => id))
  for (const runId of new Set(asked.map((one) => one.runId))) {
    const stays = writer.checkpoints(runId).findLast(({ id }) => !going.has(id))
    if (stays !== undefined && (await writer.verifyCheckpoint(stays.id)) !== null) found.add(runId)
  }
  return found
}
