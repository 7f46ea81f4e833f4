import type { CheckpointRow, ListedCheckpoint, PrunePlan } from '../contract/checkpoint-browser.ts'
import { LoupeError } from '../contract/errors.ts'
import type { ParsedQueryInput } from '../contract/queries.ts'
import type { QueryHandlers } from '../contract/rpc.ts'
import { canonicalJson } from '../log/canonical-json.ts'
import { freeBytes } from '../engine/disk.ts'
import type { LogReader } from '../log/log.ts'
import type { Checkpoint } from '../training/trainer.ts'

type Names = 'checkpoint.list' | 'checkpoint.inspect' | 'checkpoint.compare' | 'checkpoint.plan-prune' | 'checkpoint.verify'
/** Files opened at a time. */
const FILES_AT_ONCE = 32
/** Heads of files that are remembered: a window asks for the same rows again and again. */
const KEPT_HEADS = 20_000

/** Answers the questions about checkpoints from the log and their files. */
export function checkpointQueryHandlers({ reader, workspace }: { readonly reader: LogReader; readonly workspace: string }): Pick<QueryHandlers, Names> {
  const heads = new Map<string, Promise<number | null>>()
  /** A file, once logged, is never written over: its name, and here its hash, stand for it. */
  const epochsOf = (row: CheckpointRow): Promise<number | null> => {
    const key = `${row.id} ${row.sha256}`
    const known = heads.get(key)
    if (known !== undefined) return known
    if (heads.size >= KEPT_HEADS) heads.clear()
    const read = (async () => await (await import('../training/checkpoint-epochs.ts')).checkpointEpochs(reader.checkpointPath(row.id)))().catch(() => null)
    heads.set(key, read)
    return read
  }
  const listed = async (rows: readonly CheckpointRow[]): Promise<ListedCheckpoint[]> => {
    const found: ListedCheckpoint[] = []
    for (let from = 0; from < rows.length; from += FILES_AT_ONCE) {
      const some = rows.slice(from, from + FILES_AT_ONCE)
      const epochs = await Promise.all(some.map(epochsOf))
      found.push(...some.map((row, index) => ({ ...row, epochs: epochs[index] ?? null })))
    }
    return found
  }
  const one = async (id: string): Promise<ListedCheckpoint> => {
    const [row] = await listed(reader.checkpointRows([id]))
    if (row === undefined) throw new LoupeError('not-found', `There is no checkpoint "${id}" in this workspace any more. A newer one of its run may have taken its place.`, { id })
    return row
  }
  const decoded = async (id: string): Promise<Checkpoint> => (await import('../training/checkpoint-codec.ts')).decodeCheckpoint(reader.checkpointBytes(id))
  const dataOf = ({ runId }: CheckpointRow) => canonicalJson(reader.run(runId).config.dataset)
  return {
    'checkpoint.list': async (search) => {
      const { rows, total, bytes } = reader.searchCheckpoints(search)
      return { rows: await listed(rows), total, bytes, workspace: { ...reader.checkpointTotals(), freeBytes: await freeBytes(workspace) } }
    },
    'checkpoint.inspect': async ({ checkpointId }) => {
      const { inspectCheckpoint } = await import('../engine/inspect-checkpoint.ts')
      return { checkpoint: await one(checkpointId), ...(await inspectCheckpoint(await decoded(checkpointId))) }
    },
    'checkpoint.compare': async ({ checkpointIds: [first, second] }) => {
      const { compareCheckpoints } = await import('../engine/inspect-checkpoint.ts')
      const [a, b] = [await one(first), await one(second)]
      const compared = await compareCheckpoints({ id: a.id, ...(await decoded(a.id)) }, { id: b.id, ...(await decoded(b.id)) })
      return { checkpoints: [a, b], ...compared, sharesData: dataOf(a) === dataOf(b) }
    },
    'checkpoint.plan-prune': async (input) => await plan(reader, input),
    'checkpoint.verify': async ({ checkpointIds }) => {
      const problems = []
      const rows = reader.checkpointRows(checkpointIds)
      for (const { id } of rows) {
        const problem = await reader.verifyCheckpoint(id).catch((error: unknown) => {
          if (error instanceof LoupeError && error.code === 'not-found') return null // pushed out by a newer one since
          throw error
        })
        // A run that trains pushes old ones out: a file that is gone with its row is no fault.
        if (problem !== null && reader.checkpointRows([id]).length > 0) problems.push(problem)
      }
      return { checkpoints: rows.length, bytes: rows.reduce((sum, row) => sum + row.bytes, 0), problems }
    },
  }
}

async function plan(reader: LogReader, { rules, isForced }: ParsedQueryInput<'checkpoint.plan-prune'>): Promise<PrunePlan> {
  const { planPrune, staysByReason } = await import('../engine/plan-prune.ts')
  const now = Date.now()
  const checkpoints = reader.prunableCheckpoints({ filter: rules.filter, now })
  const { goes, stays } = planPrune({ checkpoints, rules, isForced, now, measured: ({ runId, step }, metric) => reader.nearestEvaluation({ runId, step, metric }) })
  const told = goes.map(({ id, runId, runName, runKey, step, bytes, createdAt, isKept, label }) => ({ id, runId, runName, runKey, step, bytes, createdAt, isKept, label }))
  return { goes: told, bytes: goes.reduce((sum, { bytes }) => sum + bytes, 0), stays: staysByReason(stays) }
}
