import { LoupeError, toWireError } from '../contract/errors.ts'
import type { CommandHandlers } from '../contract/rpc.ts'
import type { queueCommands } from '../contract/queue.ts'
import type { LogReader } from '../log/log.ts'
import type { QueueEntry } from '../log/queue.ts'
import { moved } from './queue-order.ts'
import type { QueueProgressWatch } from './queue-progress.ts'
import { queueState } from './queue-state.ts'
import type { TrainingQueue } from './training-queue.ts'

export interface QueueHandlerOptions {
  readonly reader: LogReader
  readonly queue: TrainingQueue
  readonly progress: QueueProgressWatch
  /** Queues a run or study again that was interrupted. */
  readonly resume: (entry: Pick<QueueEntry, 'kind' | 'id'>) => Promise<void>
}

/** Answers the commands about the queue. */
export function queueHandlers({ reader, queue, progress, resume }: QueueHandlerOptions): Pick<CommandHandlers, keyof typeof queueCommands> {
  const waiting = (id: string): QueueEntry => {
    const known = reader.queue().find((entry) => entry.id === fullId(reader, id))
    if (known === undefined) throw new LoupeError('not-found', `${id} is not in the queue: it has ended, or is a run of a study.`, { id })
    if (known.status !== 'queued' || queue.isActive(known.id)) throw new LoupeError('conflict', `${known.id} does not wait (it is ${known.status}), so it has no place to change.`, { id: known.id, status: known.status })
    return known
  }
  const done = async (action: Promise<void>): Promise<Record<string, never>> => {
    await action
    return {}
  }
  return {
    'queue.list': () => queueState({ reader, queue, progress }),
    'queue.move': async ({ id, before, after }) => {
      const target = waiting(before ?? after ?? '').id
      return await done(queue.change(moved(reader.queue(), { id: waiting(id).id, target, side: before === null ? 'after' : 'before' })))
    },
    'queue.setPriority': async ({ id, priority }) => await done(queue.change([{ id: waiting(id).id, priority }])),
    'queue.hold': async ({ id }) => await done(queue.change([{ id: waiting(id).id, isHeld: true }])),
    'queue.release': async ({ id }) => await done(queue.change([{ id: waiting(id).id, isHeld: false }])),
    'queue.pause': async () => await done(queue.configure({ isPaused: true })),
    'queue.resume': async () => await done(queue.configure({ isPaused: false })),
    'queue.configure': async ({ startsOnOpening, sideBySide }) => await done(queue.configure({ ...(startsOnOpening === null ? {} : { startsOnOpening }), ...(sideBySide === null ? {} : { sideBySide }) })),
    'queue.resumeInterrupted': async () => {
      const resumed: string[] = []
      const refused: { id: string; error: ReturnType<typeof toWireError> }[] = []
      for (const entry of reader.queue().filter(({ status }) => status === 'interrupted')) {
        try {
          await resume(entry)
          resumed.push(entry.id)
        } catch (error) {
          refused.push({ id: entry.id, error: toWireError(error) })
        }
      }
      return { resumed, refused }
    },
  }
}

/** `run-42` is another spelling of `run-000042`. */
function fullId(reader: LogReader, id: string): string {
  return id.startsWith('study-') ? reader.study(id).id : reader.run(id).id
}
