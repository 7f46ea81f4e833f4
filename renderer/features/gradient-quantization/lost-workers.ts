import type { LogEvent } from '../../../main/contract/records.ts'

/** A worker that went away while a run was training, and came back or did not. */
export interface LostWorker {
  readonly worker: number
  readonly lostAt: number
  readonly returnedAt: number | null
}

/** Reads which workers are gone, or came back last, from a run's events; the newest news of each worker. */
export function lostWorkers(events: readonly LogEvent[]): readonly LostWorker[] {
  const found = new Map<number, LostWorker>()
  for (const { kind, facts } of events.toSorted((a, b) => a.id - b.id)) {
    const [worker, step] = [facts['worker'], facts['step']]
    if (typeof worker !== 'number') continue
    const at = typeof step === 'number' ? step : 0
    if (kind === 'worker.lost') found.set(worker, { worker, lostAt: at, returnedAt: null })
    const lost = found.get(worker)
    if (kind === 'worker.returned' && lost !== undefined) found.set(worker, { ...lost, returnedAt: at })
  }
  return [...found.values()].toSorted((a, b) => a.worker - b.worker)
}
