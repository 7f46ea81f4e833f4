import { mkdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { CheckpointField, CheckpointFormat, CheckpointMetric, ListedCheckpoint, NearestValue, PruneRules } from '../contract/checkpoint-browser.ts'
import { LoupeError } from '../contract/errors.ts'
import type { ExportFormat } from '../contract/model-export.ts'
import type { Client } from '../contract/rpc.ts'
import { createClient } from '../contract/rpc.ts'
import type { LogReader } from '../log/log.ts'
import { megabytes } from '../log/sqlite-errors.ts'
import { exitCodes } from './exit-code.ts'
import { instantText } from './instant-text.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { findById, queryClient, withReader } from './reader.ts'

const MOST = 10_000
/** Files verified by one question, so that the answer of the first comes soon. */
const VERIFIED_AT_ONCE = 100

export interface ListCheckpoints {
  /** A run or a study; null for all. */
  readonly id: string | null
  readonly filter: string
  readonly sort: { readonly field: CheckpointField; readonly isDescending: boolean }
  readonly isKept: boolean | null
}

/** `loupe checkpoints`: what is saved of which run, how large, and what was measured there. */
export async function listCheckpoints({ output, workspace }: Invocation, { id, filter, ...rest }: ListCheckpoints): Promise<number> {
  const { rows, total, bytes, workspace: totals } = await asking(workspace, async (client, reader) => await client.request('checkpoint.list', { ...rest, filter: filterOf(reader, { id, filter }), limit: MOST }))
  const lines = rows.map((row) => [row.id, row.runId, String(row.step), row.epochs === null ? '–' : String(Number(row.epochs.toPrecision(4))), megabytes(row.bytes), instantText(row.createdAt), nearestText(row.loss, row.step), nearestText(row.accuracy, row.step), row.isKept ? `kept ${row.label}`.trim() : '', row.runKey || row.runName])
  const sum = `${total} ${total === 1 ? 'checkpoint' : 'checkpoints'}, ${megabytes(bytes)}; ${megabytes(totals.freeBytes)} free on the disk${totals.trashBytes > 0 ? `; ${megabytes(totals.trashBytes)} more in the trash` : ''}`
  output.result({ json: { workspace, total, bytes, totals, checkpoints: rows }, text: total === 0 ? 'No checkpoint fits.' : `${table(['checkpoint', 'run', 'step', 'epochs', 'size', 'saved', 'loss', 'accuracy', 'kept', 'name'], lines)}\n${sum}` })
  return exitCodes.done
}

/** `loupe checkpoints verify`: reads every file again. Ends with 1 where one is missing or damaged. */
export async function verifyCheckpoints({ output, workspace }: Invocation, chosen: { readonly id: string | null; readonly filter: string }): Promise<number> {
  const found = await asking(workspace, async (client, reader) => {
    const rows = reader.searchCheckpoints({ filter: filterOf(reader, chosen), isKept: null, sort: { field: 'saved', isDescending: false }, limit: Number.MAX_SAFE_INTEGER, offset: 0 }).rows
    const answers = []
    for (let from = 0; from < rows.length; from += VERIFIED_AT_ONCE) answers.push(await client.request('checkpoint.verify', { checkpointIds: rows.slice(from, from + VERIFIED_AT_ONCE).map(({ id }) => id) }))
    return { checkpoints: sumOf(answers, (one) => one.checkpoints), bytes: sumOf(answers, (one) => one.bytes), problems: answers.flatMap(({ problems }) => problems) }
  })
  const { problems } = found
  const said = problems.map(({ checkpointId, runId, step, problem, path }) => [checkpointId, runId, String(step), problem, path])
  const summary = `${found.checkpoints} ${found.checkpoints === 1 ? 'checkpoint' : 'checkpoints'} read (${megabytes(found.bytes)}): ${problems.length === 0 ? 'every file is as the log says' : `${problems.length} ${problems.length === 1 ? 'is' : 'are'} missing or damaged`}.`
  output.result({ json: { verified: found }, text: problems.length === 0 ? summary : `${table(['checkpoint', 'run', 'step', 'problem', 'file'], said)}\n${summary}` })
  return problems.length === 0 ? exitCodes.done : exitCodes.failed
}

export interface PruneCommand {
  readonly id: string | null
  readonly filter: string
  readonly keepLast: number
  /** How many of the best by a metric stay; null for no such rule. */
  readonly keepBest: number | null
  readonly metric: CheckpointMetric
  readonly olderThanDays: number | null
  readonly includesKept: boolean
  readonly isForced: boolean
  readonly isDryRun: boolean
}

/** `loupe checkpoints prune`: deletes what no rule keeps; with `--dry-run` only says what would go. */
export async function pruneCheckpoints({ output, workspace }: Invocation, command: PruneCommand): Promise<number> {
  const { isForced, isDryRun, includesKept } = command
  const plan = await asking(workspace, async (client, reader) => {
    const rules: PruneRules = { filter: filterOf(reader, command), keepLast: command.keepLast, keepBest: command.keepBest === null ? null : { metric: command.metric, count: command.keepBest }, keepKept: !includesKept, olderThanDays: command.olderThanDays }
    return await client.request('checkpoint.plan-prune', { rules, isForced })
  })
  const goes = `${plan.goes.length} ${plan.goes.length === 1 ? 'checkpoint' : 'checkpoints'}, ${megabytes(plan.bytes)}`
  const stays = plan.stays.map(({ reason, checkpoints }) => `${checkpoints} ${stayTexts[reason]}`).join(', ')
  if (isDryRun || plan.goes.length === 0) {
    const lines = plan.goes.map(({ id, runId, step, bytes, createdAt, runKey, runName }) => [id, runId, String(step), megabytes(bytes), instantText(createdAt), runKey || runName])
    const text = [...(plan.goes.length === 0 ? ['Nothing to delete.'] : [table(['checkpoint', 'run', 'step', 'size', 'saved', 'name'], lines), `Would delete ${goes}. Nothing was deleted.`]), ...(stays === '' ? [] : [`Stays: ${stays}.`])].join('\n')
    output.result({ json: { plan }, text })
    return exitCodes.done
  }
  const pruned = await commanding(workspace, async (client) => await client.request('checkpoint.prune', { checkpointIds: plan.goes.map(({ id }) => id), isForced, includesKept }))
  const left = pruned.left.map(({ checkpointId, reason }) => `${checkpointId} stayed: ${stayTexts[reason]}.`)
  const files = pruned.filesLeft.map((path) => `The disk did not let go of ${path}; it is removed at a later start.`)
  output.result({ json: { pruned }, text: [`Deleted ${pruned.checkpoints} ${pruned.checkpoints === 1 ? 'checkpoint' : 'checkpoints'}, ${megabytes(pruned.bytes)}.`, ...left, ...files].join('\n') })
  return pruned.left.length + pruned.filesLeft.length === 0 ? exitCodes.done : exitCodes.failed
}

const stayTexts = {
  training: 'of a run that trains or waits',
  start: 'that a run begins from which trains or waits',
  resumable: 'newest of a run that can be resumed (--force takes it, too)',
  damaged: 'of a run whose newest does not read (--force takes it, too)',
  kept: 'kept by the user (--include-kept takes it, too)',
  last: 'among the newest of a run',
  best: 'among the best of a run',
  young: 'saved too recently',
} as const

/** `loupe checkpoints export`: the weights of a checkpoint in a file of NumPy's, or as a trained model for TensorFlow and TensorFlow.js. */
export async function exportCheckpointFiles({ output, workspace }: Invocation, { id, to, format, depth }: { readonly id: string; readonly to: string; readonly format: CheckpointFormat; readonly depth: number | null }): Promise<number> {
  const path = resolve(to)
  const [{ realParts }, { Preparation }] = await Promise.all([import('../engine/real-parts.ts'), import('../engine/preparation.ts')])
  await withReader(workspace, async (reader) => {
    const [row] = reader.checkpointRows([id])
    if (row === undefined) throw new LoupeError('not-found', `There is no checkpoint "${id}" in ${workspace}. \`loupe checkpoints\` lists those that there are.`, { id })
    if (format === 'npz') {
      if (existsSync(path)) throw new LoupeError('invalid-input', `${path} is there already. Name a file that is not.`, { path })
      await mkdir(dirname(path), { recursive: true })
      const { exportArrays } = await import('../engine/export-arrays.ts')
      const npz = await exportArrays({ reader, decode: realParts.decodeCheckpoint, checkpointId: row.id, path })
      output.result({ json: { exported: { checkpointId: row.id, npz } }, text: `${npz.arrays} arrays of ${row.runId} at step ${row.step} in ${path} (${npz.bytes} bytes, SHA-256 ${npz.sha256}).\nnumpy.load('${path}')['parameters/…'] reads one.` })
      return
    }
    const { exportModel } = await import('../engine/export-model.ts')
    const formats: readonly ExportFormat[] = [format]
    const model = await exportModel({ reader, preparation: new Preparation({ parts: realParts, workspace }), parts: realParts, runId: row.runId, step: row.step, depth, formats, to: { folder: path } })
    output.result({ json: { exported: { checkpointId: row.id, model } }, text: `${model.card.title} of ${row.runId} at step ${row.step}, in ${path}: ${model.card.files.length} files.` })
  })
  return exitCodes.done
}

/** `loupe checkpoints keep` and `unkeep`. */
export async function keepCheckpoints({ output, workspace }: Invocation, { ids, isKept, label }: { readonly ids: readonly string[]; readonly isKept: boolean; readonly label: string | null }): Promise<number> {
  const { before } = await commanding(workspace, async (client) => await client.request('checkpoint.setKept', { changes: ids.map((checkpointId) => ({ checkpointId, isKept, ...(label === null ? {} : { label }) })) }))
  output.result({ json: { before }, text: `${before.map(({ checkpointId }) => checkpointId).join(', ')}: ${isKept ? 'kept until you say otherwise' : 'no longer kept'}.` })
  return exitCodes.done
}

/** `loupe checkpoints compare`: how far the weights of two are apart, parameter by parameter. */
export async function compareCheckpointFiles({ output, workspace }: Invocation, { ids }: { readonly ids: readonly [string, string] }): Promise<number> {
  const compared = await asking(workspace, async (client) => await client.request('checkpoint.compare', { checkpointIds: [ids[0], ids[1]] }))
  const [a, b] = compared.checkpoints
  const number = (value: number | null) => (value === null ? '–' : String(Number(value.toPrecision(4))))
  const line = (name: string, one: (typeof compared)['total']) => [name, number(one.normA), number(one.normB), number(one.difference), number(one.relative), number(one.cosine), number(one.greatest)]
  const lines = [...compared.variables.map((one) => line(one.name, one)), line('all parameters', compared.total)]
  const text = [`a: ${a.id}, ${a.runId} at step ${a.step}; b: ${b.id}, ${b.runId} at step ${b.step}.`, '', table(['variable', '|a|', '|b|', '|b - a|', '|a - b|/|a|', 'cosine', 'greatest'], lines)].join('\n')
  output.result({ json: { compared }, text })
  return exitCodes.done
}

/** Asks the log alone: it works beside a window that is open on the same workspace. */
async function asking<T>(workspace: string, ask: (client: Client, reader: LogReader) => Promise<T>): Promise<T> {
  return await withReader(workspace, async (reader) => await ask(queryClient({ reader, workspace }), reader))
}

/** Changes the log, which one process at a time can. */
async function commanding<T>(workspace: string, command: (client: Client) => Promise<T>): Promise<T> {
  const { openWorkbench } = await import('../engine/workbench.ts')
  const workbench = await openWorkbench({ workspace, owner: `loupe on the command line, process ${process.pid}` })
  try {
    return await command(createClient(workbench))
  } finally {
    await workbench.close()
  }
}

/** The filter, of the runs of a study or of one run where such an id is given. */
function filterOf(reader: LogReader, { id, filter }: { readonly id: string | null; readonly filter: string }): string {
  if (id === null) return filter
  const { kind, record } = findById(reader, id)
  return [kind === 'run' ? `id = ${record.id}` : `study = ${record.id}`, ...(filter.trim() === '' ? [] : [`(${filter})`])].join(' and ')
}

/** A value of another step is marked with it. */
function nearestText(nearest: NearestValue, step: ListedCheckpoint['step']): string {
  if (nearest === null || nearest.value === null) return '–'
  return `${Number(nearest.value.toPrecision(4))}${nearest.step === step ? '' : ` @${nearest.step}`}`
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0)
}
