import type { QueueItem, QueueState } from '../../../../main/contract/queue.ts'

/** A single run that waits. */
export function madeItem(id: string, change: Partial<QueueItem> = {}): QueueItem {
  return {
    id,
    kind: 'run',
    name: `Run ${id}`,
    method: null,
    model: 'mlp',
    batchSize: 64,
    status: 'queued',
    priority: 'normal',
    isHeld: false,
    enqueuedAt: 1000,
    startedAt: null,
    devices: [],
    progress: null,
    waitsFor: 'device',
    startsInSeconds: null,
    ...change,
  }
}

/** A queue in which these wait. */
export function madeQueue(ids: readonly string[]): QueueState {
  return { training: [], waiting: ids.map((id) => madeItem(id)), resumable: [], settings: { isPaused: false, startsOnOpening: true, sideBySide: 1 }, trouble: null }
}
