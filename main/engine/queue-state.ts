import type { QueueItem, QueueState } from '../contract/queue.ts'
import type { LogReader } from '../log/log.ts'
import type { QueueEntry } from '../log/queue.ts'
import type { QueueProgressWatch } from './queue-progress.ts'
import type { TrainingQueue } from './training-queue.ts'

/** What the queue looks like now, for whoever shows it. */
export function queueState({ reader, queue, progress }: { readonly reader: Pick<LogReader, 'run' | 'study' | 'queue' | 'queueSettings'>; readonly queue: TrainingQueue; readonly progress: QueueProgressWatch }): QueueState {
  const entries = reader.queue()
  const reasons = queue.reasons()
  const item = (entry: QueueEntry): QueueItem => ({
    id: entry.id,
    kind: entry.kind,
    name: entry.name,
    ...describe(reader, entry),
    status: entry.status,
    priority: entry.priority,
    isHeld: entry.isHeld,
    enqueuedAt: entry.enqueuedAt,
    startedAt: entry.startedAt,
    devices: [...queue.devicesOf(entry.id)],
    progress: progress.of(entry.id),
    waitsFor: reasons.get(entry.id) ?? null,
    startsInSeconds: null,
  })
  const training = entries.filter(({ id, status }) => status === 'running' || queue.isActive(id)).map(item)
  const waiting = entries.filter(({ id, status }) => status === 'queued' && !queue.isActive(id)).map(item)
  const resumable = entries.filter(({ id, status }) => (status === 'paused' || status === 'interrupted') && !queue.isActive(id)).map(item)
  return { training, waiting: withStarts(waiting, training), resumable, settings: reader.queueSettings(), trouble: queue.trouble }
}

/** When the first that waits for a device is expected to start: when the first of those that train ends. What is behind it is not known. */
export function withStarts(waiting: readonly QueueItem[], training: readonly QueueItem[]): QueueItem[] {
  const first = waiting.findIndex(({ waitsFor }) => waitsFor === 'device')
  const left = training.map(({ progress }) => progress?.secondsLeft ?? null)
  const soonest = left.some((seconds) => seconds === null) || left.length === 0 ? null : Math.min(...left.map(Number))
  return waiting.map((item, index) => (index === first ? { ...item, startsInSeconds: soonest } : item))
}

function describe(reader: Pick<LogReader, 'run' | 'study'>, { kind, id }: QueueEntry): Pick<QueueItem, 'method' | 'model' | 'batchSize'> {
  try {
    if (kind === 'study') return { method: reader.study(id).config.method, model: null, batchSize: null }
    const { config } = reader.run(id)
    return { method: null, model: config.model.kind, batchSize: config.batchSize }
  } catch {
    return { method: null, model: null, batchSize: null } // of another version; it waits and says so
  }
}
