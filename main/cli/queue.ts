import { existsSync } from 'node:fs'
import { LoupeError } from '../contract/errors.ts'
import type { Priority } from '../contract/queue.ts'
import { moved } from '../engine/queue-order.ts'
import type { LogReader, LogWriter } from '../log/log.ts'
import type { QueueEntry } from '../log/queue.ts'
import { exitCodes } from './exit-code.ts'
import { instantText } from './instant-text.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'
import { findById, withReader } from './reader.ts'

/** What `loupe queue` may be asked to change. */
export type QueueEdit =
  | { readonly kind: 'move'; readonly id: string; readonly before: string | null; readonly after: string | null }
  | { readonly kind: 'priority'; readonly id: string; readonly priority: Priority }
  | { readonly kind: 'hold' | 'release' | 'cancel'; readonly id: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }

/** `loupe queue`: what trains, what waits in its order, and what may be resumed, as the log has it. */
export async function listQueue({ output, workspace }: Invocation): Promise<number> {
  await withReader(workspace, async (reader) => {
    const { entries, settings } = { entries: reader.queue(), settings: reader.queueSettings() }
    output.result({ json: { workspace, settings, entries: entries.map((entry, index) => ({ turn: index + 1, ...entry })) }, text: entries.length === 0 ? `Nothing waits in ${workspace}.` : rows(entries) })
    if (settings.isPaused) output.note('The queue is paused: nothing new starts until `loupe queue resume`.')
  })
  return exitCodes.done
}

function rows(entries: readonly QueueEntry[]): string {
  return table(
    ['id', 'status', 'priority', 'since', 'name'],
    entries.map((entry) => [entry.id, entry.isHeld && entry.status === 'queued' ? 'held' : entry.status, entry.priority, instantText(entry.enqueuedAt), entry.name]),
  )
}

/**
 * `loupe queue move|priority|hold|release|cancel|pause|resume`: changes the queue in the log, while no window or server has it open.
 *
 * @throws LoupeError `conflict` where one has: the queue is changed in its window then.
 */
export async function editQueue(invocation: Invocation, edit: QueueEdit): Promise<number> {
  const { workspace, output } = invocation
  if (!existsSync(workspace)) throw new LoupeError('not-found', `There is no workspace ${workspace} yet. \`loupe run\` makes it; --workspace names another.`, { workspace })
  const { openLogWriter } = await import('../log/open.ts')
  const writer = opened(() => openLogWriter({ workspace, owner: `loupe queue, process ${process.pid}` }))
  try {
    apply(writer, edit)
  } finally {
    writer.close()
  }
  if (!output.isJson) output.note('What waits trains when the window or `loupe serve` is open.')
  return await listQueue(invocation)
}

function opened(open: () => LogWriter): LogWriter {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof LoupeError) || error.code !== 'conflict') throw error
    throw new LoupeError('conflict', `${error.message} While it is open, the queue is changed in its window, on the page Queue; \`loupe queue\` alone lists it.`, error.facts, { cause: error })
  }
}

function apply(writer: LogWriter, edit: QueueEdit): void {
  if (edit.kind === 'pause' || edit.kind === 'resume') return writer.configureQueue({ isPaused: edit.kind === 'pause' })
  const { id } = waiting(writer, edit.id)
  switch (edit.kind) {
    case 'move': {
      const target = edit.before ?? edit.after
      if (target === null || (edit.before !== null && edit.after !== null)) throw new LoupeError('invalid-input', 'Say where to: --before ID or --after ID, one of them.', { id })
      return writer.changeQueue(moved(writer.queue(), { id, target: waiting(writer, target).id, side: edit.before === null ? 'after' : 'before' }))
    }
    case 'priority':
      return writer.changeQueue([{ id, priority: edit.priority }])
    case 'hold':
    case 'release':
      return writer.changeQueue([{ id, isHeld: edit.kind === 'hold' }])
    case 'cancel':
      return cancel(writer, id)
  }
}

function cancel(writer: LogWriter, id: string): void {
  const stopped = { status: 'stopped', finishedAt: Date.now() } as const
  if (id.startsWith('run-')) return void writer.updateRun(id, stopped)
  for (const run of writer.runsOf(id)) if (run.status === 'queued' || run.status === 'paused' || run.status === 'interrupted') writer.updateRun(run.id, stopped)
  writer.updateStudy(id, stopped)
}

function waiting(reader: LogReader, id: string): QueueEntry {
  const full = findById(reader, id).record.id
  const entry = reader.queue().find((one) => one.id === full)
  if (entry?.status === 'queued') return entry
  throw new LoupeError('conflict', `${full} does not wait in the queue (it is ${findById(reader, id).record.status}). \`loupe queue\` lists what does.`, { id: full })
}
